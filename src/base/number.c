/* Decimal text of floating-point numbers. The program never calls setlocale(), so that the decimal
 * point is a point. */
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 512, SHORTEST_DIGITS = 15, EXACT_DIGITS = 17 };

/* From these on an exponent is written. */
#define NUMBER_TINY 1e-6
#define NUMBER_HUGE 1e21

bool
number_parse(struct str s, double *out)
{
    char buf[NUMBER_BYTES], *end;
    double v;

    if (s.n == 0 || s.n >= sizeof(buf))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0' || !strchr("0123456789+-.eE", s.p[i]))
            return false;
    memcpy(buf, s.p, s.n);
    buf[s.n] = '\0';
    v = strtod(buf, &end);
    if (*end || !isfinite(v))
        return false;
    *out = v;
    return true;
}

/* How many digits it takes to read v again. */
static int
digits_of(double v, char *buf, size_t size)
{
    for (int digits = SHORTEST_DIGITS; digits < EXACT_DIGITS; digits++) {
        snprintf(buf, size, "%.*e", digits - 1, v);
        if (strtod(buf, NULL) == v)
            return digits;
    }
    snprintf(buf, size, "%.*e", EXACT_DIGITS - 1, v);
    return EXACT_DIGITS;
}

void
number_put(struct sb *b, double v)
{
    char text[40], *e, *last;
    int digits, exponent;

    if (v == 0) {
        sb_puts(b, signbit(v) ? "-0" : "0");
        return;
    }
    digits = digits_of(v, text, sizeof(text));
    e = strchr(text, 'e');
    exponent = (int)strtol(e + 1, NULL, 10);
    for (last = e - 1; *last == '0'; last--)
        digits--;
    if (*last == '.')
        last--;
    if (fabs(v) < NUMBER_TINY || fabs(v) >= NUMBER_HUGE) {
        sb_put(b, (struct str){text, (size_t)(last + 1 - text)});
        sb_addf(b, "e%+d", exponent);
    } else {
        sb_addf(b, "%.*f", digits - 1 - exponent > 0 ? digits - 1 - exponent : 0, v);
    }
}
