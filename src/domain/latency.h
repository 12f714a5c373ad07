/* latency.h: how rollups keep latencies, so that percentiles of many rollup rows can be told: for
 * each of these bounds a column ge_BOUND, how many took BOUND ms or longer. Such counts are added
 * up like any others.
 *
 * The p-quantile of n latencies is the smallest that at least p * n of them do not exceed. With
 * k = FLOOR((1 - p) * n) it is at least BOUND exactly when ge_BOUND > k. Between two bounds it is
 * told as a value near their middle, so that the sum of the steps of all bounds with ge_BOUND > k
 * is the quantile: exact up to 4 ms, within 23 % up to 6225 ms; what is longer is told as 7625. */
#ifndef LATCHKEY_DOMAIN_LATENCY_H
#define LATCHKEY_DOMAIN_LATENCY_H

/* X(bound, step): in ms; from 5 on each bound is about 1.5 times the one before. */
#define LATENCY_BOUNDS(X)                                                                          \
    X(1, 1)                                                                                        \
    X(2, 1)                                                                                        \
    X(3, 1)                                                                                        \
    X(4, 1)                                                                                        \
    X(5, 1.5)                                                                                      \
    X(7, 2.5)                                                                                      \
    X(10, 4)                                                                                       \
    X(15, 6)                                                                                       \
    X(22, 8.5)                                                                                     \
    X(33, 13.5)                                                                                    \
    X(49, 19.5)                                                                                    \
    X(73, 29.5)                                                                                    \
    X(109, 44)                                                                                     \
    X(163, 66)                                                                                     \
    X(244, 99)                                                                                     \
    X(365, 148)                                                                                    \
    X(547, 224)                                                                                    \
    X(821, 335)                                                                                    \
    X(1231, 502)                                                                                   \
    X(1846, 753)                                                                                   \
    X(2768, 1129)                                                                                  \
    X(4151, 1694)                                                                                  \
    X(6226, 2542)

#endif
