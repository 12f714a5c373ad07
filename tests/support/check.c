/* Checks that tell what they saw. */
#include "support/test.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char row[256];

void
test_row(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(row, sizeof(row), fmt, ap);
    va_end(ap);
}

static void
result(bool ok, const char *text, const char *file, int line)
{
    char message[1200];

    snprintf(message, sizeof(message), "%s%s%s%s", text, *row ? " [" : "", row, *row ? "]" : "");
    CU_assertImplementation(ok, (unsigned)line, message, file, "", CU_FALSE);
}

void
test_check_str(const char *got, const char *want, const char *file, int line)
{
    char message[900];

    snprintf(message, sizeof(message), "got \"%s\", want \"%s\"", got ? got : "(null)", want);
    result(got && strcmp(got, want) == 0, message, file, line);
}

void
test_check_int(long long got, long long want, const char *file, int line)
{
    char message[100];

    snprintf(message, sizeof(message), "got %lld, want %lld", got, want);
    result(got == want, message, file, line);
}

void
test_check(bool ok, const char *text, const char *file, int line)
{
    result(ok, text, file, line);
}
