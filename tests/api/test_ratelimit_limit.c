/* ratelimit.limit */
#include "support/test.h"

#define NOW 1764000000000LL /* a whole hour after a window edge is not needed: fixed clock */

static void
counts_down_and_denies(void)
{
    fx_clock(NOW + 1234);
    for (int i = 0; i < 4; i++) {
        struct answer a = fx_ok("ratelimit.limit",
                                "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":3,"
                                "\"duration\":60000}");

        test_row("request %d", i);
        CHECK_INT(at_true(a, "data.success"), i < 3);
        CHECK_INT(at_int(a, "data.remaining"), i < 3 ? 2 - i : 0);
        CHECK_INT(at_int(a, "data.limit"), 3);
        CHECK_INT(at_int(a, "data.reset"), (NOW / 60000 + 1) * 60000);
        CHECK(!at_has(a, "data.overrideId"));
    }
}

CU_TestInfo suite_api_ratelimit_limit[] = {
    {"counts down and denies", counts_down_and_denies},
    CU_TEST_INFO_NULL,
};
