/* What evidence keeps of each text of a block, in one pass: every text is read while it is near. */
#include "fingerprint.h"
#include "keywords.h"
#include "lines.h"
#include "normal.h"
#include "sha256.h"
#include "sketch.h"
#include "words.h"

static void digest_of(const sha256 *sha, const uint8_t *data, int64_t size, uint8_t *digest) {
    uint8_t context[CONTEXT] __attribute__((aligned(64)));
    sha->init(context);
    sha->update(context, data, (size_t)size);
    sha->final(digest, context);
}

typedef struct {
    text_table characters;
    word_table words;
    sketch_spec sketch;
    sha256 sha;
    const keyword_table *keywords; /* NULL: none are searched */
    keyword_found *found;
    const fingerprint_keys *keys; /* in place of SHA-256, where neither words nor classes are asked */
    const uint8_t *valid; /* one byte a text, 0 for a null; NULL where all are there */
} facts_setup;

typedef struct {
    int64_t *chars;   /* (n,) code points of the normal form, -1 where it depends on neighbours */
    int64_t *hashes;  /* (n, 2) first 128 bits of SHA-256 of the normal form, big-endian */
    int64_t *bands;   /* (n, bands) */
    int64_t *words;   /* (n, 3), or NULL: not wanted */
    int64_t *classes; /* (n, CLASSES), or NULL: neither these nor the next three are wanted */
    int64_t *damage;  /* (n,) */
    int64_t *lines;   /* (n,) */
    int64_t *repeated; /* (n,) bytes of lines that repeat an earlier one */
    uint8_t *records; /* (n, DIGEST) of records that are a text alone, or NULL: not wanted */
} facts_out;

/* What stands before a value in a record; how many bytes. */
INLINE int64_t head_of(uint8_t *head, bool there, int64_t size) {
    uint64_t swapped = __builtin_bswap64((uint64_t)size);
    head[0] = there;
    memcpy(head + 1, &swapped, 8);
    return there ? 9 : 1;
}

/* The digest of `normal` at `digest`, and that of the record that `text` is at `record`; of the
   record alone where `normal` is NULL. */
static void digest_both(const sha256 *sha, const message *text, const message *normal,
                        uint8_t *record, uint8_t *digest) {
    if (sha->two && normal) {
        sha->two(text, normal, record, digest);
        return;
    }
    uint8_t context[CONTEXT] __attribute__((aligned(64)));
    sha->init(context);
    sha->update(context, text->head, (size_t)text->head_size);
    sha->update(context, text->data, (size_t)text->size);
    sha->final(record, context);
    if (normal) digest_of(sha, normal->data, normal->size, digest);
}

static int64_t big_endian(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, 8);
    return (int64_t)__builtin_bswap64(value);
}

/* False without memory. */
static bool keep_counts(const facts_out *out, int64_t i, const uint8_t *text, int64_t size,
                        const character_counts *counts, line_set *set) {
    memcpy(out->classes + CLASSES * i, counts->classes, sizeof counts->classes);
    out->damage[i] = counts->damage;
    /* parts between line feeds, a last empty one not counted */
    out->lines[i] = counts->feeds + (size > 0 && text[size - 1] != '\n');
    out->repeated[i] = repeated_bytes(text, size, counts->feeds, set);
    return out->repeated[i] >= 0;
}

#define PIECE 16384 /* bytes of a text that are counted together */

/* The counts of characters and lines alone; 0, or -1 without memory. */
EXPORT int64_t tda_count(const uint8_t *data, const int64_t *offsets, int64_t n,
                         const uint32_t *entries, const int64_t *starts,
                         const uint32_t *expansions, int64_t *classes, int64_t *damage,
                         int64_t *lines, int64_t *repeated) {
    text_table table = {entries, starts, expansions};
    facts_out out = {.classes = classes, .damage = damage, .lines = lines, .repeated = repeated};
    line_set set = {NULL, 0};
    int64_t room = PIECE + PIECE / 2 + 2 * BLOCK, encoded;
    uint32_t *points = malloc((size_t)room * sizeof *points);
    uint8_t *bytes = malloc((size_t)room * 4 + BLOCK);
    bool held = points != NULL && bytes != NULL;
    for (int64_t i = 0; held && i < n; i++) {
        character_counts counts = {0};
        const uint8_t *text = data + offsets[i];
        int64_t size = offsets[i + 1] - offsets[i], end;
        for (int64_t at = 0; at < size; at = end) {
            end = size - at > PIECE ? at + PIECE : size;
            for (int back = 0; back < 3 && end < size && (text[end] & 0xC0) == 0x80; back++) end--;
            /* the normal form is not wanted, but made it costs least */
            normal_text(text + at, end - at, &table, points, bytes, &encoded, &counts);
        }
        held = keep_counts(&out, i, text, size, &counts, &set);
    }
    free(points);
    free(bytes);
    free(set.seen);
    return held ? 0 : -1;
}

/* Facts of n texts; the number of those that depend on neighbours, or -1 without memory. Of these
   only the counts of characters are written, and no keywords found. Keywords in text i become rows
   of text number `first` + i. */
EXPORT int64_t tda_facts(const uint8_t *data, const int64_t *offsets, int64_t n,
                         const facts_setup *setup, const facts_out *out, int64_t first) {
    int64_t longest = 0, unsafe = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t size = offsets[i + 1] - offsets[i];
        longest = size > longest ? size : longest;
    }
    int64_t room = longest + longest / 2 + 2 * BLOCK;
    uint32_t *points = malloc((size_t)room * sizeof *points);
    uint8_t *bytes = malloc((size_t)room * 4 + BLOCK);
    if (points == NULL || bytes == NULL) {
        free(points);
        free(bytes);
        return -1;
    }
    const sketch_spec *sketch = &setup->sketch;
    uint32_t values[MOST_PERM];
    line_set set = {NULL, 0};
    bool held = true;
    for (int64_t i = 0; held && i < n; i++) {
        const uint8_t *text = data + offsets[i];
        int64_t size = offsets[i + 1] - offsets[i], encoded = 0;
        character_counts counts = {0};
        int64_t chars = normal_text(text, size, &setup->characters, points,
                                    setup->keys ? NULL : bytes, &encoded,
                                    out->classes ? &counts : NULL);
        held = out->classes == NULL || keep_counts(out, i, text, size, &counts, &set);
        out->chars[i] = chars;
        message record = {.data = text, .size = size};
        record.head_size = head_of(record.head, !setup->valid || setup->valid[i], size);
        if (chars < 0) {
            if (out->records)
                digest_both(&setup->sha, &record, NULL, out->records + DIGEST * i, NULL);
            unsafe++;
            continue;
        }
        memset(bytes + encoded, 0, 8);
        if (setup->keys) {
            fingerprint(points, chars, setup->keys, out->hashes + 2 * i);
        } else {
            uint8_t digest[DIGEST];
            message normal = {.data = bytes, .size = encoded};
            if (out->records)
                digest_both(&setup->sha, &record, &normal, out->records + DIGEST * i, digest);
            else
                digest_of(&setup->sha, bytes, encoded, digest);
            out->hashes[2 * i] = big_endian(digest);
            out->hashes[2 * i + 1] = big_endian(digest + 8);
        }
        if (out->words) {
            memset(out->words + 3 * i, 0, 3 * sizeof *out->words);
            count_words(bytes, encoded, &setup->words, out->words + 3 * i);
        }
        if (setup->keywords)
            held &= keyword_hits(setup->keywords, points, chars, first + i, setup->found);
        uint64_t *bands = (uint64_t *)out->bands + sketch->bands * i;
        if (chars == 0) {
            memset(bands, 0, (size_t)sketch->bands * sizeof *bands);
        } else {
            split_signature(points, chars, sketch, values);
            band_keys(values, sketch, bands);
        }
    }
    free(points);
    free(bytes);
    free(set.seen);
    return held ? unsafe : -1;
}

typedef struct {
    const uint8_t *data;
    const int64_t *offsets;
    const uint8_t *valid; /* one byte a value; NULL where all are there */
} text_column;

/* SHA-256, 32 bytes each, over the values of n records: see `digests_of` in text_facts.py. */
EXPORT void tda_record_digests(const text_column *columns, int64_t width, int64_t n,
                               const sha256 *sha, uint8_t *digests) {
    uint8_t context[CONTEXT] __attribute__((aligned(64)));
    for (int64_t i = 0; i < n; i++) {
        sha->init(context);
        for (int64_t c = 0; c < width; c++) {
            const text_column *column = columns + c;
            int64_t size = column->offsets[i + 1] - column->offsets[i];
            uint8_t head[9];
            bool there = !column->valid || column->valid[i];
            sha->update(context, head, (size_t)head_of(head, there, size));
            if (there) sha->update(context, column->data + column->offsets[i], (size_t)size);
        }
        sha->final(digests + DIGEST * i, context);
    }
}

/* Fingerprints, two words each, of n normal texts. */
EXPORT void tda_fingerprints(const uint32_t *points, const int64_t *offsets, int64_t n,
                             const fingerprint_keys *keys, int64_t *out) {
    for (int64_t i = 0; i < n; i++)
        fingerprint(points + offsets[i], offsets[i + 1] - offsets[i], keys, out + 2 * i);
}
