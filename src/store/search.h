/* search.h: the condition that a column has the text of one ? in it, letter case ignored and every
 * character standing for itself. Upper case, because more than one letter may have the same one. */
#ifndef LATCHKEY_STORE_SEARCH_H
#define LATCHKEY_STORE_SEARCH_H

#define SEARCH_TEXT(value) "UPPER(CONVERT(" value " USING utf8mb4) COLLATE utf8mb4_bin)"
#define SEARCH_IN(column) "LOCATE(" SEARCH_TEXT("?") ", " SEARCH_TEXT(column) ") > 0"

#endif
