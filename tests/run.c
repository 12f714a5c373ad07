/* The test runner: run pure|database [PART OF A SUITE OR TEST NAME]. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name, needs) extern CU_TestInfo suite_##name[];
#include "suites.def"
#undef SUITE

enum needs { PURE, DATABASE };

static const struct {
    const char *name;
    CU_TestInfo *tests;
    enum needs needs;
} suites[] = {
#define SUITE(name, needs) {#name, suite_##name, needs},
#include "suites.def"
#undef SUITE
};

static int
usage(void)
{
    fprintf(stderr, "usage: run pure|database [part of a suite or test name]\n");
    return 2;
}

int
main(int argc, char **argv)
{
    const char *part = argc > 2 ? argv[2] : "";
    enum needs needs;
    unsigned failed, run;

    if (argc < 2 || (strcmp(argv[1], "pure") != 0 && strcmp(argv[1], "database") != 0))
        return usage();
    needs = argv[1][0] == 'p' ? PURE : DATABASE;
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        CU_pSuite s;

        if (suites[i].needs != needs)
            continue;
        s = CU_add_suite_with_setup_and_teardown(suites[i].name, NULL, NULL,
                                                 needs == DATABASE ? fx_test_begin : NULL,
                                                 needs == DATABASE ? fx_test_end : NULL);
        for (CU_TestInfo *t = suites[i].tests; t->pName; t++)
            if (strstr(suites[i].name, part) || strstr(t->pName, part))
                CU_add_test(s, t->pName, t->pTestFunc);
    }
    if (needs == DATABASE && !fx_open())
        return 1;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    failed = CU_get_number_of_tests_failed();
    run = CU_get_number_of_tests_run();
    if (needs == DATABASE)
        fx_close();
    CU_cleanup_registry();
    printf("%s: %u passed, %u failed\n", argv[1], run - failed, failed);
    return failed || run == 0;
}
