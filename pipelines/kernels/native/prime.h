/* Arithmetic modulo the Mersenne prime 2**61 - 1. */
#ifndef TDA_PRIME_H
#define TDA_PRIME_H
#include "text.h"

#define PRIME (((uint64_t)1 << 61) - 1)

INLINE uint64_t reduced(unsigned __int128 value) {
    uint64_t sum = (uint64_t)(value & PRIME) + (uint64_t)(value >> 61);
    return sum >= PRIME ? sum - PRIME : sum;
}

#endif
