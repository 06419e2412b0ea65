/* Where identifiers of persons can be: windows of each text that the patterns have to read, places
   in them at which numbers can begin, and the e-mail and IPv4 addresses themselves (addresses.c).

   Blocks are told by bit masks alone (told.h); the few that hold what an identifier has are looked
   at from left to right, wherever something can begin. A place that passes may be no hit, but no
   hit is without a place (tests hold this against the patterns), and around each place lies all
   that its patterns look at. Windows end beside white space or a Chinese character, so no number
   or word is cut. */
#include "shapes.h"
#include "told.h"

/* as Candidate numbers them */
enum { DIGITS = 1, MIXED = 2, PLATE = 4, COLONS = 8 };

/* Bytes around a place that its patterns look at, up to where the text is cut anyway: a number is
   read with 24 characters before it and 12 behind it. */
#define LEFT(family) ((family) & (DIGITS | MIXED) ? 112 : 8)
#define RIGHT 160
#define AFTER 128     /* and after it: more than a number takes */
#define STRETCH 1024  /* bytes whose places are looked at together */
#define SEEN (STRETCH + BEFORE + AFTER + 8)
#define LEAD_SIGN 1 /* in place of the first character of a plate */

typedef struct {
    int64_t text;             /* number of the text */
    int64_t begin, end;       /* its bytes */
    int64_t points;           /* code points of the text before `begin` */
    int64_t families;
} window;

typedef struct {
    int64_t text;
    int64_t place; /* code points of the text before it */
} number;

typedef struct {
    window *windows;
    int64_t count;
    address *addresses;
    number *numbers;
    int64_t room;         /* for so many of either */
    int64_t held, begun; /* how many addresses and numbers there are */
    const uint8_t *data;
    int64_t size, text;
    int64_t counted, points; /* code points before byte `counted` */
} finder;

INLINE bool is_border(uint8_t c) { return c == ' ' || c == '\n' || c == '\t'; }

/* A text may be cut before byte `at`: there white space or a Chinese character ends or begins,
   which no identifier holds but a plate as its first character. */
INLINE bool is_cut(const uint8_t *data, int64_t at) {
    if (is_border(data[at - 1]) || is_border(data[at])) return true;
    return (uint8_t)(data[at] - 0xE4) < 6 ||
           (at >= 3 && (uint8_t)(data[at - 3] - 0xE4) < 6 && (data[at] & 0xC0) != 0x80);
}

/* The code point in ASCII where it folds to it, LEAD_SIGN, or 0. */
INLINE uint8_t folded(uint32_t code, const uint32_t *entries) {
    uint8_t sign = ascii_of(code);
    if (sign || code < 0x80) return sign == LEAD_SIGN ? 0 : sign;
    return code < LIMIT && KIND(entries[code]) == 8 ? LEAD_SIGN : 0;
}

INLINE int64_t points_in(const uint8_t *data, int64_t begin, int64_t end) {
    int64_t points = 0;
    for (int64_t at = begin; at < end; at++) points += (data[at] & 0xC0) != 0x80;
    return points;
}

/* Code points of the text before byte `at`. */
static int64_t points_before(finder *found, int64_t at) {
    if (at >= found->counted)
        found->points += points_in(found->data, found->counted, at);
    else
        found->points -= points_in(found->data, at, found->counted);
    found->counted = at;
    return found->points;
}

/* Where the next address goes, which is counted and not kept when there is no room. */
static void keep(finder *found, address taken) {
    if (found->held < found->room) {
        taken.text = found->text;
        taken.start = points_before(found, taken.begin);
        taken.stop += taken.start;
        found->addresses[found->held] = taken;
    }
    found->held++;
}

/* A number begins at byte `at`; counted and not kept when there is no room. */
static void keep_number(finder *found, int64_t at) {
    if (found->begun < found->room)
        found->numbers[found->begun] = (number){found->text, points_before(found, at)};
    found->begun++;
}

/* A window around the place `at`, or the ones before it made larger and of more families. */
static void open_window(finder *found, int64_t at, int family) {
    int64_t begin = at - LEFT(family), end = at + RIGHT;
    if (begin < 0) begin = 0;
    if (end > found->size) end = found->size;
    window *last = found->count ? found->windows + found->count - 1 : NULL;
    if (last && last->text == found->text && begin >= last->begin && end <= last->end) {
        last->families |= family;
        return;
    }
    while (begin > 0 && !is_cut(found->data, begin)) begin--;
    while (end < found->size && !is_cut(found->data, end)) end++;
    int64_t families = family;
    /* the reach of a place to the left is not the same for all, so it may meet several */
    while (last && last->text == found->text && begin <= last->end) {
        if (last->begin < begin) begin = last->begin;
        if (last->end > end) end = last->end;
        families |= last->families;
        found->count--;
        last = found->count ? last - 1 : NULL;
    }
    found->windows[found->count++] = 
        (window){found->text, begin, end, points_before(found, begin), families};
}

/* The block at `at`, of which `left` bytes may be read; with zeros for those behind them. */
INLINE const uint8_t *whole_block(const uint8_t *at, int64_t left, uint8_t *room) {
    if (left >= BLOCK) return at;
    memset(room, 0, BLOCK);
    memcpy(room, at, (size_t)left);
    return room;
}

INLINE bool is_ascii(const uint8_t *text, int64_t size) {
    uint8_t any = 0;
    for (int64_t i = 0; i < size; i++) any |= text[i];
    return any < 0x80;
}

/* Characters of the block that something can begin with: digits and words by their first, a word
   only with a capital letter or a digit. `words` and `digits` are those of the block before. */
INLINE uint64_t beginnings(bytes64 block, uint64_t *words, uint64_t *digits) {
    uint64_t digit = WHERE((block - '0') < 10), upper = WHERE((block - 'A') < 26);
    uint64_t word = digit | WHERE(((block | 32) - 'a') < 26) | WHERE(block == '_');
    uint64_t sign = WHERE(block == '@') | WHERE(block == ':') | WHERE(block == LEAD_SIGN);
    uint64_t begins = (digit & ~up(digit, *digits, 1)) | (upper & ~up(word, *words, 1)) | sign;
    *words = word;
    *digits = digit;
    return begins;
}

/* What begins at text[i], which is byte `place` of the text. */
static void take(finder *found, const uint8_t *text, int64_t size, int64_t i, int64_t place) {
    uint8_t c = text[i], before = i ? text[i - 1] : 0, after = i + 1 < size ? text[i + 1] : 0;
    address taken;
    if (c == '@') {
        if (before > ' ' && before != '.' && is_word(after) &&
            email_at(found->data, found->size, place, &taken))
            keep(found, taken);
        return;
    }
    if (c == LEAD_SIGN && is_upper(after)) open_window(found, place, PLATE);
    if (c == ':' && begins_colons(text, i, size)) open_window(found, place, COLONS);
    if (!is_word(c)) return;
    if (is_digit(c)) {
        if (begins_number(text, i, size)) {
            open_window(found, place, DIGITS);
            keep_number(found, place);
        }
        if (before != '.' && !is_word(before) && is_dotted(text, i, size) &&
            ipv4_at(found->data, found->size, place, &taken))
            keep(found, taken);
    }
    if (is_word(before)) return;
    int64_t length = 1;
    while (i + length < size && length < 19 && is_word(text[i + length])) length++;
    if (is_code(text, i, length)) open_window(found, place, MIXED);
}

/* Places in data[from:to]; `folds` and `where` have room for all characters around them. */
static void look(finder *found, int64_t from, int64_t to, const uint32_t *entries, uint8_t *folds,
                 int64_t *where) {
    if (from == to) return;
    int64_t begin = from > BEFORE ? from - BEFORE : 0;
    int64_t end = to + AFTER < found->size ? to + AFTER : found->size;
    for (int i = 0; i < 3 && begin > 0 && (found->data[begin] & 0xC0) == 0x80; i++) begin--;
    for (int i = 0; i < 3 && end < found->size && (found->data[end] & 0xC0) == 0x80; i++) end++;
    const uint8_t *stop = found->data + end, *text = found->data + begin;
    int64_t size = 0;
    bool plain = is_ascii(text, end - begin); /* nothing folds, and place i is byte i */
    if (plain) {
        size = end - begin;
    } else {
        for (const uint8_t *at = text; at < stop;) {
            uint64_t eight;
            if (stop - at >= 8 && (memcpy(&eight, at, 8), eight & 0x8080808080808080u) == 0) {
                for (int i = 0; i < 8; i++) {
                    folds[size + i] = at[i] == LEAD_SIGN ? 0 : at[i];
                    where[size + i] = at - found->data + i;
                }
                size += 8;
                at += 8;
                continue;
            }
            int width;
            where[size] = at - found->data;
            folds[size++] = folded(decode(at, stop, &width), entries);
            at += width;
        }
        text = folds;
    }
    uint64_t words = 0, digits = 0;
    for (int64_t at = 0; at < size; at += BLOCK) {
        uint8_t last[BLOCK];
        const uint8_t *block = whole_block(text + at, size - at, last);
        uint64_t begins = beginnings(load64(block), &words, &digits);
        for (; begins; begins &= begins - 1) {
            int64_t i = at + lowest64(begins), place = plain ? begin + i : where[i];
            if (place >= to) return;
            if (place >= from) take(found, text, size, i, place);
        }
    }
}

/* Whether one of the `capitals` of the block at `at` follows the first character of a plate. */
static bool follows_lead(const finder *found, int64_t at, uint64_t capitals,
                         const uint32_t *entries) {
    for (; capitals; capitals &= capitals - 1) {
        int64_t place = at + lowest64(capitals);
        if (place < 3) continue;
        const uint8_t *lead = found->data + place - 3;
        int width;
        if (folded(decode(lead, lead + 3, &width), entries) == LEAD_SIGN) return true;
    }
    return false;
}

/* The windows of n texts in order; `windows` has room for n + bytes / BLOCK + 1 of them. How many
   there are. The first `room` of the addresses, and of the places where numbers begin, are written
   as well, by text; how many there are of either goes to `held`. */
EXPORT int64_t tda_identifiers(const uint8_t *data, const int64_t *offsets, int64_t n,
                               const uint32_t *entries, window *windows, address *addresses,
                               number *numbers, int64_t room, int64_t *held) {
    finder found = {.windows = windows, .addresses = addresses, .numbers = numbers, .room = room};
    uint8_t folds[SEEN];
    int64_t where[SEEN];
    for (int64_t text = 0; text < n; text++) {
        found.data = data + offsets[text];
        found.size = offsets[text + 1] - offsets[text];
        found.text = text;
        found.counted = found.points = 0;
        carried before = {0};
        int64_t from = 0, to = 0; /* told, and not looked at yet; places before are known */
        for (int64_t at = 0; at < found.size; at += BLOCK) {
            uint8_t last[BLOCK];
            int back = told_in(whole_block(found.data + at, found.size - at, last), &before);
            if (back == 0 && follows_lead(&found, at, before.capital, entries)) back = BEFORE;
            if (back == 0) continue;
            int64_t begin = at - back;
            if (begin > to || at + BLOCK - from > STRETCH) {
                look(&found, from, to, entries, folds, where);
                from = begin > to ? begin : to;
            }
            to = at + BLOCK < found.size ? at + BLOCK : found.size;
        }
        look(&found, from, to, entries, folds, where);
    }
    held[0] = found.held;
    held[1] = found.begun;
    return found.count;
}
