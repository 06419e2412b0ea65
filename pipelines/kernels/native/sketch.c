/* MinHash signatures over the shingles of normal texts, and their band keys.

   Reference: A. Broder, On the resemblance and containment of documents (1997); P. Li, A. Owen and
   C.-H. Zhang, One Permutation Hashing (2012), of which the first round of tda-split-1 is a form. */
#include "sketch.h"

#define UNSET 0xFFFFFFFFu
#define FMIX1 0x85EBCA6Bu
#define FMIX2 0xC2B2AE35u

static const uint32_t FACTORS[SHINGLE] = {0x9E3779B1u, 0x85EBCA77u, 0xC2B2AE3Du, 0x27D4EB2Fu,
                                          0x165667B1u};

INLINE uint32_t finished(uint32_t x) {
    x ^= x >> 15;
    x *= 0x2C1B3C6Du;
    x ^= x >> 12;
    x *= 0x297A2D39u;
    return x ^ x >> 15;
}

INLINE uint32_t dealt(uint32_t hash, uint32_t start) {
    uint32_t x = (hash ^ start) * FMIX1;
    return x ^ x >> 15;
}

/* Hashes of the shingles of points[0:size] from number `first` on, at most PART, at `out`; with
   `deal` as they are dealt out. */
INLINE int64_t hashes_of(const uint32_t *restrict points, int64_t size, int64_t first, bool deal,
                         uint32_t start, uint32_t *restrict out) {
    if (size <= 0) return 0;
    if (size < SHINGLE) { /* one shingle, the whole text, marked by its length */
        if (first > 0) return 0;
        uint32_t x = (uint32_t)(size + 0x110000) * FACTORS[SHINGLE - 1];
        for (int64_t i = 0; i < size; i++) x += points[i] * FACTORS[i];
        out[0] = deal ? dealt(finished(x), start) : finished(x);
        return 1;
    }
    int64_t count = size - SHINGLE + 1 - first;
    if (count > PART) count = PART;
    if (count <= 0) return 0;
    const uint32_t *p = points + first;
    for (int64_t i = 0; i < count; i++) {
        uint32_t x = p[i] * FACTORS[0] + p[i + 1] * FACTORS[1] + p[i + 2] * FACTORS[2] +
                     p[i + 3] * FACTORS[3] + p[i + 4] * FACTORS[4];
        x = finished(x);
        out[i] = deal ? dealt(x, start) : x;
    }
    return count;
}

static int64_t shingle_hashes(const uint32_t *points, int64_t size, int64_t first, uint32_t *out) {
    return hashes_of(points, size, first, false, 0, out);
}

static int64_t dealt_hashes(const uint32_t *points, int64_t size, int64_t first,
                            const sketch_spec *spec, uint32_t *out) {
    return hashes_of(points, size, first, true, spec->a[0] ^ spec->b[0], out);
}

INLINE int bits_of(int64_t count) { return 63 - __builtin_clzll((uint64_t)count); }

typedef uint32_t words8 __attribute__((ext_vector_type(8)));

INLINE words8 own_hash(words8 hashes, words8 a, words8 b) {
    words8 x = (hashes ^ b) * a;
    x ^= x >> 15;
    return x * 0x2C1B3C6Du;
}

/* One of the minima below over all shingles, of which there are at least eight, eight at a time. */
static uint32_t one_minimum(const uint32_t *hashes, int64_t count, uint32_t a, uint32_t b,
                            uint32_t least) {
    words8 best = least, next;
    for (int64_t i = 0; i < count; i += 8) {
        /* the last eight overlap those before: a minimum stays what it is */
        memcpy(&next, hashes + (i + 8 > count ? count - 8 : i), sizeof next);
        best = __builtin_elementwise_min(best, own_hash(next, a, b));
    }
    return __builtin_reduce_min(best);
}

/* `some` minima, at most eight, side by side. */
static void minima_together(const uint32_t *hashes, int64_t count, const sketch_spec *spec,
                            const int32_t *empty, int some, uint32_t *least) {
    words8 a = 0, b = 0, best = 0;
    for (int i = 0; i < some; i++) {
        a[i] = spec->a[empty[i]];
        b[i] = spec->b[empty[i]];
        best[i] = least[i];
    }
    for (int64_t i = 0; i < count; i++)
        best = __builtin_elementwise_min(best, own_hash(hashes[i], a, b));
    for (int i = 0; i < some; i++) least[i] = best[i];
}

/* `least` of each value that no shingle fell to goes on over all shingles, under a hash of its own. */
static void own_minima(const uint32_t *hashes, int64_t count, const sketch_spec *spec,
                       const int32_t *empty, int64_t count_empty, uint32_t *least) {
    int64_t e = 0;
    for (; count_empty - e >= 8 || (e < count_empty && count < 8); e += 8) {
        int some = count_empty - e < 8 ? (int)(count_empty - e) : 8;
        minima_together(hashes, count, spec, empty + e, some, least + e);
    }
    for (; e < count_empty; e++)
        least[e] = one_minimum(hashes, count, spec->a[empty[e]], spec->b[empty[e]], least[e]);
}

void split_begin(const sketch_spec *spec, uint32_t *values) {
    for (int64_t j = 0; j < spec->num_perm; j++) values[j] = UNSET;
}

int64_t split_deal(const uint32_t *points, int64_t size, const sketch_spec *spec, uint32_t *hashes,
                   uint32_t *values) {
    int down = 32 - bits_of(spec->num_perm);
    uint32_t low = (uint32_t)(((uint64_t)1 << down) - 1);
    int64_t first = 0, count;
    while ((count = dealt_hashes(points, size, first, spec, hashes)) > 0) {
        for (int64_t i = 0; i < count; i++) {
            uint32_t bin = hashes[i] >> down, value = hashes[i] & low;
            values[bin] = values[bin] < value ? values[bin] : value;
        }
        first += count;
    }
    return first;
}

/* `least` of each of the `empty` values goes on over points[0:size]. */
void split_own(const uint32_t *points, int64_t size, const sketch_spec *spec, const int32_t *empty,
               int64_t count_empty, uint32_t *hashes, uint32_t *least) {
    int64_t first = 0, count;
    while ((count = dealt_hashes(points, size, first, spec, hashes)) > 0) {
        own_minima(hashes, count, spec, empty, count_empty, least);
        first += count;
    }
}

int64_t split_empty(const sketch_spec *spec, const uint32_t *values, int32_t *empty) {
    int64_t count = 0;
    for (int64_t j = 0; j < spec->num_perm; j++) {
        empty[count] = (int32_t)j;
        count += values[j] == UNSET;
    }
    return count;
}

/* The `empty` values take their own minimum, marked by a bit no dealt one has. */
void split_give(const sketch_spec *spec, const int32_t *empty, int64_t count, const uint32_t *least,
                uint32_t *values) {
    int bits = bits_of(spec->num_perm);
    for (int64_t e = 0; e < count; e++)
        values[empty[e]] = (uint32_t)(1u << (32 - bits)) | least[e] >> (bits + 1);
}

/* One round that deals the shingles out over the values, then a minimum for each left over. So a
   value of two texts agrees with probability J up to the order of 1/num_perm, at any lengths. */
void split_signature(const uint32_t *points, int64_t size, const sketch_spec *spec,
                     uint32_t *values) {
    uint32_t hashes[PART];
    split_begin(spec, values);
    int64_t shingles = split_deal(points, size, spec, hashes, values);
    int32_t empty[MOST_PERM + 1];
    uint32_t least[MOST_PERM];
    int64_t count = split_empty(spec, values, empty);
    if (count == 0) return;
    for (int64_t e = 0; e < count; e++) least[e] = UNSET;
    if (shingles <= PART) /* the dealt hashes of all of the text are still there */
        own_minima(hashes, shingles, spec, empty, count, least);
    else
        split_own(points, size, spec, empty, count, hashes, least);
    split_give(spec, empty, count, least, values);
}

/* Each value the minimum of a * fmix(h) + b modulo 2**32 over the shingle hashes h. */
static void affine_signature(const uint32_t *points, int64_t size, const sketch_spec *spec,
                             uint32_t *values) {
    uint32_t hashes[PART];
    split_begin(spec, values);
    int64_t first = 0, count;
    while ((count = shingle_hashes(points, size, first, hashes)) > 0) {
        for (int64_t i = 0; i < count; i++) {
            uint32_t x = hashes[i];
            x ^= x >> 16;
            x *= FMIX1;
            x ^= x >> 13;
            x *= FMIX2;
            hashes[i] = x ^ x >> 16;
        }
        for (int64_t j = 0; j < spec->num_perm; j++) {
            uint32_t least = values[j], a = spec->a[j], b = spec->b[j];
            for (int64_t i = 0; i < count; i++) {
                uint32_t x = hashes[i] * a + b;
                least = least < x ? least : x;
            }
            values[j] = least;
        }
        first += count;
    }
}

/* All bands go forward together: they do not wait for each other. */
void band_keys(const uint32_t *values, const sketch_spec *spec, uint64_t *keys) {
    for (int64_t band = 0; band < spec->bands; band++) keys[band] = (uint64_t)band + 1;
    for (int64_t row = 0; row < spec->rows; row++) {
        for (int64_t band = 0; band < spec->bands; band++) {
            uint64_t x = (keys[band] ^ values[band * spec->rows + row]) * 0xFF51AFD7ED558CCDu;
            keys[band] = x ^ x >> 32;
        }
    }
    for (int64_t band = 0; band < spec->bands; band++) {
        uint64_t x = keys[band] * 0xC4CEB9FE1A85EC53u;
        keys[band] = x ^ x >> 33;
    }
}

/* Signatures, (n, num_perm), of n normal texts; all ones for an empty one. */
EXPORT void tda_signatures(const uint32_t *points, const int64_t *offsets, int64_t n,
                           const uint32_t *a, const uint32_t *b, int64_t num_perm, int64_t affine,
                           uint32_t *out) {
    sketch_spec spec = {a, b, num_perm, 0, 0};
    for (int64_t i = 0; i < n; i++) {
        int64_t size = offsets[i + 1] - offsets[i];
        const uint32_t *text = points + offsets[i];
        if (affine)
            affine_signature(text, size, &spec, out + i * num_perm);
        else if (size > 0)
            split_signature(text, size, &spec, out + i * num_perm);
        else
            split_begin(&spec, out + i * num_perm);
    }
}

/* Band keys, (n, bands), of n signatures. */
EXPORT void tda_band_keys(const uint32_t *values, int64_t n, int64_t num_perm, int64_t bands,
                          int64_t rows, uint64_t *keys) {
    sketch_spec spec = {NULL, NULL, num_perm, bands, rows};
    for (int64_t i = 0; i < n; i++) band_keys(values + i * num_perm, &spec, keys + i * bands);
}

/* A text that comes in parts: deal all parts, then own minima over all parts again, then give. */
EXPORT void tda_split_deal(const uint32_t *points, int64_t size, const uint32_t *a,
                           const uint32_t *b, int64_t num_perm, uint32_t *values) {
    sketch_spec spec = {a, b, num_perm, 0, 0};
    uint32_t hashes[PART];
    split_deal(points, size, &spec, hashes, values);
}

EXPORT void tda_split_own(const uint32_t *points, int64_t size, const uint32_t *a,
                          const uint32_t *b, int64_t num_perm, const int32_t *empty, int64_t count,
                          uint32_t *least) {
    sketch_spec spec = {a, b, num_perm, 0, 0};
    uint32_t hashes[PART];
    split_own(points, size, &spec, empty, count, hashes, least);
}

EXPORT void tda_split_give(int64_t num_perm, const int32_t *empty, int64_t count,
                           const uint32_t *least, uint32_t *values) {
    sketch_spec spec = {NULL, NULL, num_perm, 0, 0};
    split_give(&spec, empty, count, least, values);
}

/* The hash of each shingle of points[0:size], in order; how many. */
EXPORT int64_t tda_shingle_hashes(const uint32_t *points, int64_t size, uint32_t *out) {
    int64_t first = 0, count;
    while ((count = shingle_hashes(points, size, first, out + first)) > 0) first += count;
    return first;
}
