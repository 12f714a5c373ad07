/* cell.h: one value of a row whose columns are known only when the program runs. */
#ifndef LATCHKEY_BASE_CELL_H
#define LATCHKEY_BASE_CELL_H

#include "base/str.h"

enum cell_type { CELL_INT, CELL_FLOAT, CELL_BYTES };

struct cell {
    bool null;
    int64_t i;
    double d;
    struct str s;
};

#endif
