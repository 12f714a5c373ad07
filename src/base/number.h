/* number.h: floating-point numbers and their decimal text. */
#ifndef LATCHKEY_BASE_NUMBER_H
#define LATCHKEY_BASE_NUMBER_H

#include "base/sb.h"

/* Reads the whole of s, digits with an optional sign, fraction and exponent; false when it is
 * anything else or not finite. */
bool number_parse(struct str s, double *out);
/* The shortest text that reads as v again, as JSON: 50, 57.14, 1e-7; v is finite. */
void number_put(struct sb *b, double v);

#endif
