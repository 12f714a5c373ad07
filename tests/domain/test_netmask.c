/* domain/netmask */
#include "domain/netmask.h"
#include "support/test.h"

#include <string.h>

static struct arena *mem;

static void
networks(void)
{
    static const struct {
        const char *net, *in, *out; /* NULL in: not well formed */
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
        {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
        {"0.0.0.0/0", "203.0.113.9", "::1"},
        {"::/0", "2001:db8::1", "192.0.2.1"},
        {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
        {"192.0.2.0/24", "::ffff:192.0.2.9", "::192.0.2.9"},
        {"::ffff:192.0.2.9", "192.0.2.9", "192.0.2.8"},
        {"10.0.0.0/7", "11.1.1.1", "12.0.0.0"},
        {"192.0.2.1/24", NULL, NULL},
        {"192.0.2.0/33", NULL, NULL},
        {"192.0.2.0/", NULL, NULL},
        {"192.0.2", NULL, NULL},
        {"192.0.2.0/-1", NULL, NULL},
        {"2001:db8::1/64", NULL, NULL},
        {"example.com", NULL, NULL},
        {"", NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct netmask m;
        bool ok = netmask_parse(str_of(rows[i].net), &m);

        test_row("%s", rows[i].net);
        CHECK_INT(ok, rows[i].in != NULL);
        if (!ok || !rows[i].in)
            continue;
        CHECK(netmask_any(&m, 1, str_of(rows[i].in)));
        CHECK(!netmask_any(&m, 1, str_of(rows[i].out)));
        CHECK(!netmask_any(&m, 1, S("")));
        CHECK(!netmask_any(&m, 1, S("unix:")));
    }
}

static void
lists_of_networks(void)
{
    static const struct {
        const char *list;
        bool is_list, in; /* 192.0.2.7 */
    } rows[] = {
        {"192.0.2.7", true, true},
        {"10.0.0.0/8, 192.0.2.0/24", true, true},
        {"fd00::/8,10.0.0.0/8", true, false},
        {"192.0.2.0/24, localhost", false, true},
        {"192.0.2.0/24,", false, true},
        {"192.0.2.1/24", false, false}, /* bits behind the 24 */
        {"", false, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].list);
        CHECK_INT(netmask_is_list(str_of(rows[i].list)), rows[i].is_list);
        CHECK_INT(netmask_in_list(str_of(rows[i].list), S("192.0.2.7")), rows[i].in);
        CHECK_INT(netmask_in_list(str_of(rows[i].list), S("::ffff:192.0.2.7")), rows[i].in);
        CHECK(!netmask_in_list(str_of(rows[i].list), S("")));
    }
}

static void
clients(void)
{
    static const struct {
        const char *peer, *forwarded, *want;
    } rows[] = {
        {"203.0.113.1", "198.51.100.7", "203.0.113.1"}, /* not trusted */
        {"10.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"}, /* the client may claim 1.1.1.1 */
        {"10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"},
        {"10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"},
        {"10.0.0.1", "198.51.100.7:1234", "198.51.100.7"},
        {"10.0.0.1", "[2001:db8::1]:80", "2001:db8::1"},
        {"10.0.0.1", "unknown", ""},
        {"10.0.0.1", "garbage, 198.51.100.7", "198.51.100.7"},
        {"", "198.51.100.7", ""},
    };
    struct netmask trusted;

    CHECK(netmask_parse(S("10.0.0.0/8"), &trusted));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str got =
            netmask_client(str_of(rows[i].peer), str_of(rows[i].forwarded), &trusted, 1);

        test_row("%s for %s", rows[i].peer, rows[i].forwarded);
        CHECK_STR(arena_cstr(mem, got), rows[i].want);
    }
}

static void
counted(void)
{
    static const char *const rows[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:DB8:1:2::ffff", "2001:db8:1:2::/64"},
        {"::1", "::/64"},
        {"", ""},
        {"unix:", "unix:"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_STR(arena_cstr(mem, netmask_counted(mem, str_of(rows[i][0]))), rows[i][1]);
}

static void
run_in_arena(void (*fn)(void))
{
    mem = arena_new(16 << 20);
    fn();
    arena_free(mem);
}

#define IN_ARENA(name)                                                                             \
    static void name##_test(void)                                                                  \
    {                                                                                              \
        run_in_arena(name);                                                                        \
    }
IN_ARENA(networks)
IN_ARENA(lists_of_networks)
IN_ARENA(clients)
IN_ARENA(counted)

CU_TestInfo suite_domain_netmask[] = {
    {"networks", networks_test}, {"lists of networks", lists_of_networks_test},
    {"clients", clients_test},   {"counted", counted_test},
    CU_TEST_INFO_NULL,
};
