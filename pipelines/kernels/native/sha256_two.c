/* SHA-256 (FIPS 180-4) of two messages at once, by the instructions that x86-64 has for it. Each
   round waits for the one before, so two messages together take hardly longer than one. */
#include "sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1")))
#define INLINE_SHA static inline __attribute__((always_inline)) WITH_SHA

static const uint32_t ROUNDS[64] __attribute__((aligned(16))) = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2};

/* The eight words of a digest as the instructions hold them: a b e f and c d g h. */
typedef struct {
    __m128i abef, cdgh;
} state;

static const uint32_t BEGIN[8] = {0x9B05688C, 0x510E527F, 0xBB67AE85, 0x6A09E667,
                                  0x5BE0CD19, 0x1F83D9AB, 0xA54FF53A, 0x3C6EF372};

/* Rounds 4 i to 4 i + 3 of one message; `words` are the last 16 of its schedule. */
INLINE_SHA void four(state *to, __m128i *words, const uint8_t *block, int i) {
    __m128i word;
    if (i < 4) {
        const __m128i swap = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
        word = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + i), swap);
    } else {
        __m128i near = words[(i + 3) & 3];
        word = _mm_sha256msg1_epu32(words[i & 3], words[(i + 1) & 3]);
        word = _mm_add_epi32(word, _mm_alignr_epi8(near, words[(i + 2) & 3], 4));
        word = _mm_sha256msg2_epu32(word, near);
    }
    words[i & 3] = word;
    __m128i sum = _mm_add_epi32(word, _mm_load_si128((const __m128i *)ROUNDS + i));
    to->cdgh = _mm_sha256rnds2_epu32(to->cdgh, to->abef, sum);
    to->abef = _mm_sha256rnds2_epu32(to->abef, to->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

INLINE_SHA void add(state *to, const state *before) {
    to->abef = _mm_add_epi32(to->abef, before->abef);
    to->cdgh = _mm_add_epi32(to->cdgh, before->cdgh);
}

WITH_SHA static void blocks_of_one(state *state_of, const uint8_t *data, int64_t count) {
    state now = *state_of;
    __m128i words[4];
    for (; count > 0; count--, data += BLOCK) {
        state before = now;
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) four(&now, words, data, i);
        add(&now, &before);
    }
    *state_of = now;
}

WITH_SHA static void blocks_of_two(state *states, const uint8_t *first, const uint8_t *second,
                                   int64_t count) {
    state one = states[0], two = states[1];
    __m128i words_one[4], words_two[4];
    for (; count > 0; count--, first += BLOCK, second += BLOCK) {
        state before_one = one, before_two = two;
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) {
            four(&one, words_one, first, i);
            four(&two, words_two, second, i);
        }
        add(&one, &before_one);
        add(&two, &before_two);
    }
    states[0] = one;
    states[1] = two;
}

/* What of a message lies together: its first block, where a head stands before it; whole blocks of
   data; and the end with the length. */
#define PARTS 3
typedef struct {
    const uint8_t *at[PARTS];
    int64_t count[PARTS];
    int part;
    uint8_t first[BLOCK], last[2 * BLOCK];
} blocks;

static void lay_out(const message *of, blocks *out) {
    int64_t total = of->head_size + of->size, taken = 0;
    out->part = 0;
    out->count[0] = 0;
    if (of->head_size > 0 && total >= BLOCK) {
        taken = BLOCK - of->head_size;
        memcpy(out->first, of->head, (size_t)of->head_size);
        memcpy(out->first + of->head_size, of->data, (size_t)taken);
        out->at[0] = out->first;
        out->count[0] = 1;
    }
    out->count[1] = (of->size - taken) / BLOCK;
    if (total < BLOCK) out->count[1] = 0;
    if (out->count[1] > 0) out->at[1] = of->data + taken;
    taken += out->count[1] * BLOCK;
    int64_t held = 0;
    memset(out->last, 0, sizeof out->last);
    if (total < BLOCK) {
        held = of->head_size;
        memcpy(out->last, of->head, (size_t)held);
    }
    int64_t rest = of->size - taken;
    if (rest > 0) memcpy(out->last + held, of->data + taken, (size_t)rest);
    held += rest;
    out->last[held] = 0x80;
    out->count[2] = held + 9 > BLOCK ? 2 : 1;
    uint64_t bits = __builtin_bswap64((uint64_t)total * 8);
    memcpy(out->last + out->count[2] * BLOCK - 8, &bits, 8);
    out->at[2] = out->last;
}

/* Whether blocks are left; those of the next part are first. */
INLINE bool left(blocks *of) {
    while (of->part < PARTS && of->count[of->part] == 0) of->part++;
    return of->part < PARTS;
}

INLINE const uint8_t *take(blocks *of, int64_t count) {
    const uint8_t *at = of->at[of->part];
    of->at[of->part] += count * BLOCK;
    of->count[of->part] -= count;
    return at;
}

WITH_SHA static void finish(const state *of, uint8_t *digest) {
    uint32_t words[8];
    _mm_storeu_si128((__m128i *)words, of->abef);
    _mm_storeu_si128((__m128i *)words + 1, of->cdgh);
    static const int ORDER[8] = {3, 2, 7, 6, 1, 0, 5, 4};
    for (int i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32(words[ORDER[i]]);
        memcpy(digest + 4 * i, &word, 4);
    }
}

WITH_SHA static void sha256_two(const message *first, const message *second, uint8_t *first_digest,
                         uint8_t *second_digest) {
    blocks of[2];
    state states[2];
    lay_out(first, of);
    lay_out(second, of + 1);
    for (int i = 0; i < 2; i++) memcpy(states + i, BEGIN, sizeof *states);
    bool one, two;
    while (one = left(of), two = left(of + 1), one && two) {
        int64_t count = of[0].count[of[0].part], other = of[1].count[of[1].part];
        count = count < other ? count : other;
        const uint8_t *at = take(of, count);
        blocks_of_two(states, at, take(of + 1, count), count);
    }
    for (int i = 0; i < 2; i++) {
        while (left(of + i)) {
            int64_t count = of[i].count[of[i].part];
            blocks_of_one(states + i, take(of + i, count), count);
        }
    }
    finish(states, first_digest);
    finish(states + 1, second_digest);
}

static bool can(void) {
    uint32_t a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) && __get_cpuid(1, &a, &b, &c, &d) &&
           (c & bit_SSE4_1);
}

/* The address of the function, 0 where this processor has not the instructions. */
EXPORT int64_t tda_sha256_two(void) { return can() ? (int64_t)sha256_two : 0; }
#else
EXPORT int64_t tda_sha256_two(void) { return 0; }
#endif
