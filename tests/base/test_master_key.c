/* base/master_key */
#include "support/test.h"

#include "base/master_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define K1 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define K2 "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

static struct arena *mem;
static char folder[64], path[96];

static void
begin(void)
{
    mem = arena_new(4 << 20);
    snprintf(folder, sizeof(folder), "/tmp/latchkey-keys.XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/master.key", folder);
}

static void
end(void)
{
    unlink(path);
    rmdir(folder);
    arena_free(mem);
}

static void
write_file(const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    CHECK(f != NULL);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

static struct str
text_of_file(void)
{
    char buf[4096];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(buf, 1, sizeof(buf), f) : 0;

    if (f)
        fclose(f);
    return arena_str(mem, (struct str){buf, n});
}

static void
texts(void)
{
    static const struct {
        const char *text;
        int keys;        /* 0: refused */
        const char *why; /* part of the reason */
    } rows[] = {
        {"kek_a " K1, 1, ""},
        {"kek_a " K1 "\n", 1, ""},
        {"# comment\n\n  \nkek_a " K1 "\r\n", 1, ""},
        {"kek_b " K2 "\nkek_a " K1 "\n", 2, ""},
        {"  kek_a   " K1 "  \n", 1, ""},
        {"", 0, "no key"},
        {"# nothing\n", 0, "no key"},
        {"kek_a", 0, "line 1"},
        {"\nkek_a \n", 0, "line 2"},
        {"kek_a notbase64\n", 0, "32 bytes"},
        {"kek_a AAAA\n", 0, "32 bytes"},
        {"kek_a " K1 "AAAA\n", 0, "32 bytes"},
        {"kek_a " K1 " more\n", 0, "32 bytes"},
        {"key_a " K1 "\n", 0, "kek_<id>"},
        {"kek_ " K1 "\n", 0, "kek_<id>"},
        {"kek_a.b " K1 "\n", 0, "kek_<id>"},
        {"kek_0123456789012345678901234567890123456789012345 " K1 "\n", 0, "kek_<id>"},
        {K1 "\n", 0, "kek_<id>"},
        {"kek_a " K1 "\nkek_a " K2 "\n", 0, "line 2"},
    };

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct master_keys keys;
        struct str why = S("");
        bool ok = master_key_parse(mem, str_of(rows[i].text), &keys, &why);

        test_row("row %zu", i);
        CHECK_INT(ok ? (int)keys.n : 0, rows[i].keys);
        CHECK(str_has(why, str_of(rows[i].why)));
        CHECK(!str_has(why, str_from(S(K1), 8))); /* reasons show no key */
    }
    end();
}

static void
order_and_finding(void)
{
    struct master_keys keys;
    struct str why;

    begin();
    CHECK(master_key_parse(mem, S("kek_b " K2 "\nkek_a " K1 "\n"), &keys, &why));
    CHECK(str_eq(keys.v[0].id, S("kek_b")));
    CHECK_INT(keys.v[0].key.bytes[0], 32);
    CHECK(master_key_find(&keys, S("kek_a")) == &keys.v[1]);
    CHECK_INT(keys.v[1].key.bytes[31], 31);
    CHECK(master_key_find(&keys, S("kek_c")) == NULL);
    end();
}

static void
files(void)
{
    static const struct {
        mode_t mode;
        enum master_key_state want;
    } rows[] = {
        {0600, MASTER_KEY_FILE_OK},      {0640, MASTER_KEY_FILE_OK},
        {0400, MASTER_KEY_FILE_OK},      {0644, MASTER_KEY_FILE_REFUSED},
        {0604, MASTER_KEY_FILE_REFUSED}, {0602, MASTER_KEY_FILE_REFUSED},
    };
    struct master_keys keys;
    struct str why;

    begin();
    CHECK_INT(master_key_load(mem, "", &keys, &why), MASTER_KEY_FILE_NONE);
    CHECK_INT(master_key_load(mem, path, &keys, &why), MASTER_KEY_FILE_NONE);
    CHECK_INT(master_key_load(mem, folder, &keys, &why), MASTER_KEY_FILE_REFUSED);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_file("kek_a " K1 "\n", rows[i].mode);
        test_row("mode %04o", (unsigned)rows[i].mode);
        why = S("");
        CHECK_INT(master_key_load(mem, path, &keys, &why), rows[i].want);
        CHECK_INT(str_has(why, str_of(path)), rows[i].want == MASTER_KEY_FILE_REFUSED);
    }
    test_row("%s", "");
    write_file("nonsense\n", 0600);
    CHECK_INT(master_key_load(mem, path, &keys, &why), MASTER_KEY_FILE_REFUSED);
    CHECK(str_has(why, S("line 1")));
    end();
}

static void
making(void)
{
    struct master_keys keys;
    struct str first, second, ignored, why = S(""), before;
    struct stat st;

    begin();
    CHECK(!master_key_add(mem, path, &ignored, &why)); /* nothing to add to */
    CHECK(master_key_create(mem, path, &first, &why));
    CHECK(stat(path, &st) == 0);
    CHECK_INT(st.st_mode & 07777, 0600);
    CHECK_INT(master_key_load(mem, path, &keys, &why), MASTER_KEY_FILE_OK);
    CHECK_INT(keys.n, 1);
    CHECK(str_eq(keys.v[0].id, first));

    before = text_of_file();
    CHECK(!master_key_create(mem, path, &ignored, &why)); /* never overwritten */
    CHECK(str_eq(text_of_file(), before));

    chmod(path, 0640);
    CHECK(master_key_add(mem, path, &second, &why));
    CHECK(stat(path, &st) == 0);
    CHECK_INT(st.st_mode & 07777, 0640);
    CHECK_INT(master_key_load(mem, path, &keys, &why), MASTER_KEY_FILE_OK);
    CHECK_INT(keys.n, 2);
    CHECK(str_eq(keys.v[0].id, second));
    CHECK(str_eq(keys.v[1].id, first));
    CHECK(memcmp(&keys.v[0].key, &keys.v[1].key, sizeof(struct seal_key)) != 0);
    CHECK(str_starts(text_of_file(), S("# Master keys"))); /* what people wrote stays on top */

    write_file("kek_a " K1, 0600); /* the last line is not ended */
    CHECK(master_key_add(mem, path, &second, &why));
    CHECK_INT(master_key_load(mem, path, &keys, &why), MASTER_KEY_FILE_OK);
    CHECK_INT(keys.n, 2);

    write_file("nonsense\n", 0600);
    CHECK(!master_key_add(mem, path, &ignored, &why));
    CHECK(str_eq(text_of_file(), S("nonsense\n")));
    end();
}

CU_TestInfo suite_base_master_key[] = {
    {"texts", texts},  {"order and finding", order_and_finding},
    {"files", files},  {"making", making},
    CU_TEST_INFO_NULL,
};
