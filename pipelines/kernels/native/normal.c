/* NFKC, case fold, white space collapsed to one space and stripped: by table, block by block.

   Four ways through a text, all with the same result: up to 64 ASCII bytes at once; eight
   characters of three bytes at once, as Chinese is; sixteen of any kind, where the processor can;
   any character alone. */
#include "normal.h"
#include "writer.h"

#if defined(__AVX512VBMI2__)
#include "mixed.h"
#define LEAST_ASCII 16 /* fewer go with what is around them */
#define COMPRESSES true
#else
#define LEAST_ASCII 4 /* of fewer, each alone is as fast */
#define COMPRESSES false
#endif

/* ASCII up to the first other byte, or to the end of what is `left` of the text, or 64 bytes: how
   many are done; 0 where they are too few. */
INLINE int ascii_block(const uint8_t *at, int64_t left, writer *out, bool encoded,
                       character_counts *counts) {
    uint8_t scratch[2 * BLOCK];
    bytes64 block = load_left(at, left);
    uint64_t others = WHERE(block >= 0x80);
    int size = others ? lowest64(others) : BLOCK;
    if (size < LEAST_ASCII) return 0;
    uint64_t there = ~(uint64_t)0 >> (BLOCK - size);
    bytes64 upper = (bytes64)((block - 'A') < 26);
    bytes64 lower = block | (upper & 0x20);
    uint64_t low = WHERE(block < 0x20) & there;
    /* white space below 0x20 is 9 to 13 and 28 to 31 */
    uint64_t space = WHERE(block == ' ');
    bytes64 folded = lower;
    if (low) {
        bytes64 white = (bytes64)((block - 9) < 5) | (bytes64)((block - 28) < 4);
        space |= WHERE(white);
        folded = (white & ' ') | (~white & lower);
    }
    space &= there;
    if (counts) {
        int latin = popcount64(WHERE((lower - 'a') < 26) & there);
        int digits = popcount64(WHERE((block - '0') < 10) & there), spaces = popcount64(space);
        counts->classes[0] += size - latin - digits - spaces;
        counts->classes[2] += latin;
        counts->classes[3] += digits;
        counts->classes[4] += spaces;
        uint64_t damage = WHERE(block == 0x7F) & there;
        if (low) {
            uint64_t feeds = WHERE(block == '\n') & there;
            counts->feeds += popcount64(feeds);
            damage |= low & ~(feeds | WHERE(block == '\t') | WHERE(block == '\r'));
        }
        counts->damage += popcount64(damage);
    }
    uint64_t keep = there & ~(space & (space << 1 | out->after_space));
    out->after_space = space >> (size - 1) & 1;
    out->class = 0;
    memcpy(scratch, &folded, BLOCK);
    if (!COMPRESSES && keep == there) {
        copy_run(out, scratch, encoded);
        out->points += size;
        if (encoded) out->bytes += size;
        return size;
    }
    memset(scratch + BLOCK, 0, BLOCK);
    copy_kept(out, scratch, keep, encoded);
    return size;
}

typedef uint32_t words8 __attribute__((ext_vector_type(8)));
typedef uint8_t bytes16 __attribute__((ext_vector_type(16)));
typedef uint8_t bytes32 __attribute__((ext_vector_type(32)));

/* Eight code points in UTF-8, without a branch where none is above the first plane. */
INLINE void encode8(words8 point, writer *out) {
    uint32_t any = 0;
    for (int i = 0; i < 8; i++) any |= point[i];
    if (any >= 0x10000) {
        for (int i = 0; i < 8; i++) out->bytes += encode(point[i], out->bytes);
        return;
    }
    words8 last = point & 63, middle = point >> 6 & 63;
    words8 three = 0x8080E0 | point >> 12 | middle << 8 | last << 16;
    words8 two = 0x80C0 | point >> 6 | last << 8;
    words8 above1 = (words8)(point >= 0x80), above2 = (words8)(point >= 0x800);
    words8 bytes = (above2 & three) | (~above2 & above1 & two) | (~above1 & point);
    words8 width = 1 - above1 - above2; /* true is -1 */
    for (int i = 0; i < 8; i++) {
        uint32_t one = bytes[i];
        memcpy(out->bytes, &one, 4);
        out->bytes += width[i];
    }
}

/* Eight characters of three bytes, none of them special: false, and nothing done, otherwise.
   32 bytes can be read. `lanes` counts classes in bytes, eight to a lane. */
INLINE bool wide_block(const uint8_t *at, const text_table *table, writer *out, bool encoded,
                       character_counts *counts, longs8 *lanes) {
    bytes16 left, right; /* four characters each */
    memcpy(&left, at, sizeof left);
    memcpy(&right, at + 12, sizeof right);
    /* each character at the lower end of a word */
    bytes32 spread = __builtin_shufflevector(
        left, right, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11, 16, 17, 18, 18, 19, 20, 21,
        21, 22, 23, 24, 24, 25, 26, 27, 27);
    words8 raw = (words8)spread, entry, strange = (raw & 0xF0) ^ 0xE0;
    uint32_t others = 0;
    for (int i = 0; i < 8; i++) others |= strange[i];
    if (others) return false;
    words8 code = (raw & 15) << 12 | (raw >> 8 & 63) << 6 | (raw >> 16 & 63);
    for (int i = 0; i < 8; i++) entry[i] = table->entries[code[i]];
    uint32_t any = 0;
    for (int i = 0; i < 8; i++) any |= entry[i];
    if (any & (SPACE | SPECIAL)) return false;
    words8 point = entry & 0x1FFFFF;
    memcpy(out->points, &point, sizeof point);
    out->points += 8;
    out->after_space = 0;
    out->class = 0;
    if (encoded) {
        uint32_t changed = 0;
        for (int i = 0; i < 8; i++) changed |= point[i] ^ code[i];
        if (changed == 0) {
            memcpy(out->bytes, at, 32);
            out->bytes += 24;
        } else {
            encode8(point, out);
        }
    }
    if (counts) {
        longs8 shift = __builtin_convertvector((entry >> 21 & 7) * 8, longs8);
        *lanes += ((longs8)1) << shift;
        if (any & 1u << 24)
            for (int i = 0; i < 8; i++) counts->damage += DAMAGED(entry[i]);
    }
    return true;
}

INLINE void flush_lanes(longs8 *lanes, character_counts *counts) {
    for (int i = 0; i < 8; i++)
        for (int class = 0; class < CLASSES; class++)
            counts->classes[class] += (*lanes)[i] >> 8 * class & 255;
    *lanes = 0;
}

#define MOST_PASSED 32 /* marks that one of a lower class is put before; beyond, the formula */

/* The mark `code` goes before the marks of a higher class that were just written: as none of them
   composes with anything, canonical order is all there is to it (Unicode Standard, 3.11, D109).
   False, and nothing done, where they are too many. */
static bool put_before(writer *out, const uint32_t *begin, uint32_t code, uint32_t class,
                       const text_table *table, bool encoded) {
    uint32_t passed[MOST_PASSED];
    int count = 0;
    for (const uint32_t *at = out->points; at > begin; at--) {
        uint32_t entry = entry_of(table, at[-1]);
        if (!DEPENDS(entry) || POINT(entry) - MARKS <= class) break;
        if (count == MOST_PASSED) return false;
        passed[count++] = at[-1];
    }
    uint8_t bytes[4];
    out->points -= count;
    if (encoded)
        for (int i = 0; i < count; i++) out->bytes -= encode(passed[i], bytes);
    put(out, code, encoded);
    while (count) put(out, passed[--count], encoded);
    return true;
}

/* One character: false where the form depends on its neighbours; the text began at `begin`. */
INLINE bool one(uint32_t code, const text_table *table, writer *out, const uint32_t *begin,
                bool encoded, character_counts *counts) {
    uint32_t entry = entry_of(table, code);
    if (counts) {
        counts->classes[CLASS(entry)]++;
        counts->damage += DAMAGED(entry);
        counts->feeds += code == '\n';
    }
    uint32_t number = POINT(entry);
    if (!(entry & SPECIAL)) {
        put(out, number, encoded);
        out->class = 0;
        return true;
    }
    if (number == UNSAFE || (entry & LONG)) return false;
    if (number >= MARKS) { /* it stays as it is, and where it is if it is in order */
        uint32_t class = number - MARKS;
        if (out->class == NO_MARK) return false;
        if (class < out->class) return put_before(out, begin, code, class, table, encoded);
        out->class = class;
        put(out, code, encoded);
        return true;
    }
    out->class = NO_MARK; /* the expansion may end with a mark */
    for (int64_t i = table->starts[number]; i < table->starts[number + 1]; i++)
        put(out, table->expansions[i], encoded);
    return true;
}

void count_characters(const uint8_t *at, const uint8_t *end, const text_table *table,
                      character_counts *counts) {
    while (at < end) {
        int width;
        uint32_t code = decode(at, end, &width), entry = entry_of(table, code);
        at += width;
        counts->classes[CLASS(entry)]++;
        counts->damage += DAMAGED(entry);
        counts->feeds += code == '\n';
    }
}

INLINE int64_t through(const uint8_t *data, int64_t size, const text_table *table, uint32_t *points,
                       uint8_t *bytes, bool encoded, int64_t *used, character_counts *counts) {
    const uint8_t *at = data, *end = data + size;
    writer out = {points, bytes, 1, 0};
    longs8 lanes = 0;
    int filled = 0;
    while (at < end) {
        int taken;
        while (end - at >= LEAST_LEFT &&
               (taken = ascii_block(at, end - at, &out, encoded, counts)))
            at += taken;
        while (end - at >= 32 && at[0] >= 0xE0 &&
               wide_block(at, table, &out, encoded, counts, &lanes)) {
            at += 24;
            if (counts && ++filled == 255) {
                flush_lanes(&lanes, counts);
                filled = 0;
            }
        }
#if defined(__AVX512VBMI2__)
        if (at == end) break;
        bool special;
        at += mixed_block(at, end - at, table, &out, encoded, counts, &lanes, &special);
        if (counts && (filled += 2) > 255 - 2) {
            flush_lanes(&lanes, counts);
            filled = 0;
        }
        if (!special) continue;
#endif
        /* some characters alone, up to where a block may fit again */
        const uint8_t *stop = end - at > 16 ? at + 16 : end;
        bool wide = at < end && at[0] >= 0xE0;
        while (at < stop) {
            int width;
            uint32_t code = decode(at, end, &width);
            at += width;
            if (!one(code, table, &out, points, encoded, counts)) {
                if (counts) {
                    flush_lanes(&lanes, counts);
                    count_characters(at, end, table, counts);
                }
                return -1;
            }
            if (at < end && (at[0] >= 0xE0) != wide) break;
        }
    }
    if (counts) flush_lanes(&lanes, counts);
    if (out.points > points && out.after_space) {
        out.points--;
        if (encoded) out.bytes--;
    }
    if (encoded) *used = out.bytes - bytes;
    return out.points - points;
}

int64_t normal_text(const uint8_t *data, int64_t size, const text_table *table, uint32_t *points,
                    uint8_t *bytes, int64_t *encoded, character_counts *counts) {
    if (counts) return through(data, size, table, points, bytes, true, encoded, counts);
    if (bytes) return through(data, size, table, points, bytes, true, encoded, NULL);
    return through(data, size, table, points, NULL, false, NULL, NULL);
}
