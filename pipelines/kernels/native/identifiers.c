/* Where identifiers of persons can be: windows of each text that the patterns have to read.

   Blocks are told by bit masks alone; the few that hold enough digits, dots, colons or an at sign
   are looked at character by character, from left to right. A place that passes may be no hit, but
   no hit is without a place (tests hold this against the patterns), and around each place lies all
   that its patterns look at. Windows end beside white space or a Chinese character, so no number or
   word is cut. */
#include "text.h"

/* as Candidate numbers them */
enum { DIGITS = 1, MIXED = 2, AT = 4, PLATE = 8, DOTTED = 16, COLONS = 32 };

/* Bytes around a place that its patterns look at, up to where the text is cut anyway: an address
   ends there, a number is read with 24 characters before it and 12 behind it. */
#define LEFT(family) ((family) & (DIGITS | MIXED | DOTTED) ? 112 : 8)
#define RIGHT(family) ((family) == AT ? 8 : 160)
#define BEFORE 8      /* bytes looked at before a place: the character before it */
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
    window *windows;
    int64_t count;
    const uint8_t *data;
    int64_t size, text;
    int64_t counted, points; /* code points before byte `counted` */
} finder;

INLINE bool is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
INLINE bool is_upper(uint8_t c) { return (uint8_t)(c - 'A') < 26; }
INLINE bool is_letter(uint8_t c) { return (uint8_t)((c | 32) - 'a') < 26; }
INLINE bool is_word(uint8_t c) { return is_digit(c) || is_letter(c) || c == '_'; }
INLINE bool is_hex(uint8_t c) { return is_digit(c) || (uint8_t)((c | 32) - 'a') < 6; }
INLINE bool is_gap(uint8_t c) { return c == ' ' || c == '-' || c == '(' || c == ')'; }
INLINE bool is_border(uint8_t c) { return c == ' ' || c == '\n' || c == '\t'; }

/* A text may be cut before byte `at`: there white space or a Chinese character ends or begins, which
   no identifier holds but a plate as its first character. */
INLINE bool is_cut(const uint8_t *data, int64_t at) {
    if (is_border(data[at - 1]) || is_border(data[at])) return true;
    return (uint8_t)(data[at] - 0xE4) < 6 ||
           (at >= 3 && (uint8_t)(data[at - 3] - 0xE4) < 6 && (data[at] & 0xC0) != 0x80);
}

/* The code point in ASCII where it folds to it (see FOLDING), LEAD_SIGN, or 0. */
INLINE uint8_t folded(uint32_t code, const uint32_t *entries) {
    if (code < 0x80) return code == LEAD_SIGN ? 0 : (uint8_t)code;
    if (code >= 0xFF01 && code < 0xFF5F) return (uint8_t)(code - 0xFEE0);
    if (code == 0xA0 || code == 0x3000) return ' ';
    if ((code >= 0x2010 && code < 0x2016) || code == 0x2212) return '-';
    return code < LIMIT && KIND(entries[code]) == 8 ? LEAD_SIGN : 0;
}

INLINE int64_t points_in(const uint8_t *data, int64_t begin, int64_t end) {
    int64_t points = 0;
    for (int64_t at = begin; at < end; at++) points += (data[at] & 0xC0) != 0x80;
    return points;
}

/* A window around the place `at`, or the ones before it made larger and of more families. */
static void open_window(finder *found, int64_t at, int family) {
    int64_t begin = at - LEFT(family), end = at + RIGHT(family);
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
    if (begin >= found->counted)
        found->points += points_in(found->data, found->counted, begin);
    else
        found->points -= points_in(found->data, begin, found->counted);
    found->counted = begin;
    found->windows[found->count++] = (window){found->text, begin, end, found->points, families};
}

/* Whether a run of digits that begins at text[i] can begin a number: see the patterns of
   personal_information_numbers.py. */
static bool begins_number(const uint8_t *text, int64_t i, int64_t size) {
    int groups[3] = {0, 0, 0}, group = 0, digits = 0, gap = 0;
    uint8_t first = text[i], second = 0;
    for (int64_t at = i; at < size && digits < 20; at++) {
        if (is_digit(text[at])) {
            if (gap > 0 && group < 2) group++;
            gap = 0;
            if (digits == 1) second = text[at];
            digits++;
            groups[group]++;
        } else if (is_gap(text[at]) && gap < 2) {
            gap++;
        } else {
            /* 17 digits and X */
            if (digits == 17 && (text[at] | 32) == 'x' && gap <= 1) return true;
            break;
        }
    }
    if (digits < 11) return false;
    if (first == '0' || (first == '1' && second >= '3') || (first == '8' && second == '6'))
        return true;
    if (digits < 15) return false;
    /* bank cards and identity numbers by their first groups */
    return groups[0] >= 14 || groups[0] == 6 ||
           (groups[0] == 4 && (groups[1] == 4 || groups[1] == 6));
}

/* Whether the word text[i:i + length] can be a code, a passport or a permit. */
static bool is_code(const uint8_t *text, int64_t i, int64_t length) {
    if (length != 18 && (length < 8 || length > 11)) return false;
    int digits = 0;
    for (int64_t at = i; at < i + length; at++) {
        if (text[at] == '_' || (text[at] >= 'a' && text[at] <= 'z')) return false;
        digits += is_digit(text[at]);
    }
    if (length == 18) return digits >= 6;
    if (digits < 7) return false;
    if (digits == length) return length == 9 && text[i] == '1' && (text[i + 1] | 1) == '5';
    return strchr("EGSDPHMCL", text[i]) != NULL;
}

static bool is_dotted(const uint8_t *text, int64_t i, int64_t size) {
    int64_t at = i;
    for (int part = 0; part < 4; part++) {
        int64_t begin = at;
        while (at < size && at < begin + 3 && is_digit(text[at])) at++;
        if (at == begin) return false;
        if (part < 3 && (at >= size || text[at++] != '.')) return false;
    }
    return true;
}

/* Whether the colon at text[i] can be the first of an address. */
static bool begins_colons(const uint8_t *text, int64_t i, int64_t size) {
    int64_t at = i;
    int colons = 0;
    bool twice = false;
    while (at < size && at < i + 40 && (is_hex(text[at]) || text[at] == ':')) {
        colons += text[at] == ':';
        twice |= text[at] == ':' && at + 1 < size && text[at + 1] == ':';
        at++;
    }
    if (!twice && colons < 6) return false;
    if (i + 1 < size && text[i + 1] == ':') { /* at most four digits before it, and no word */
        int64_t group = i;
        while (group > 0 && i - group < 5 && is_hex(text[group - 1])) group--;
        if (i - group > 4) return false;
        if (group > 0 && (is_word(text[group - 1]) || text[group - 1] == '.')) return false;
    }
    return at >= size || !is_word(text[at]);
}

INLINE bool is_ascii(const uint8_t *text, int64_t size) {
    uint8_t any = 0;
    for (int64_t i = 0; i < size; i++) any |= text[i];
    return any < 0x80;
}

/* What a folded character can be the place of. */
enum { IN_WORD = 1, SIGN = 2 };
static const uint8_t ROLES[256] = {
    [LEAD_SIGN] = SIGN,   ['0' ... '9'] = IN_WORD | SIGN, [':'] = SIGN,         ['@'] = SIGN,
    ['A' ... 'Z'] = IN_WORD, ['_'] = IN_WORD,             ['a' ... 'z'] = IN_WORD,
};

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
    if (is_ascii(text, end - begin)) {
        size = end - begin; /* nothing folds, and place i is byte i */
        for (int64_t i = 0; i < size; i++) where[i] = begin + i;
    } else {
        for (const uint8_t *at = text; at < stop;) {
            int width;
            where[size] = at - found->data;
            folds[size++] = folded(decode(at, stop, &width), entries);
            at += width;
        }
        text = folds;
    }
    const uint8_t *seen = text;
    int64_t first = 0;
    while (first < size && where[first] < from) first++;
    bool in_word = first > 0 && is_word(seen[first - 1]);
    for (int64_t i = first; i < size && where[i] < to; i++) {
        uint8_t c = seen[i], role = ROLES[c];
        bool follows = in_word;
        in_word = role & IN_WORD;
        if (role == 0 || (role == IN_WORD && follows)) continue;
        uint8_t before = i ? seen[i - 1] : 0, after = i + 1 < size ? seen[i + 1] : 0;
        if (is_digit(c) && !is_digit(before)) {
            if (begins_number(seen, i, size)) open_window(found, where[i], DIGITS);
            if (before != '.' && !is_word(before) && is_dotted(seen, i, size))
                open_window(found, where[i], DOTTED);
        }
        if (c == '@' && before > ' ' && before != '.' && is_word(after))
            open_window(found, where[i], AT);
        if (c == LEAD_SIGN && is_upper(after)) open_window(found, where[i], PLATE);
        if (c == ':' && begins_colons(seen, i, size)) open_window(found, where[i], COLONS);
        if (in_word && !follows) {
            int64_t length = 1;
            while (i + length < size && length < 19 && is_word(seen[i + length])) length++;
            if (is_code(seen, i, length)) open_window(found, where[i], MIXED);
        }
    }
}

typedef struct {
    int digits, dots, colons; /* of the block before; of dots and colons, those after a digit */
    int digits2;              /* of the one before that */
    uint64_t digit, ef, bc, colon, high; /* masks of the block before */
    uint64_t hex;
    uint64_t place;           /* of digits and gaps, or all where nobody asked */
    uint64_t capital;         /* capital letters of this block behind other characters */
    bool wide;                /* full-width digits in one of the two */
} carried;

/* `mask` moved up by `by`, with what comes in from the block before. */
INLINE uint64_t up(uint64_t mask, uint64_t before, int by) {
    return mask << by | before >> (64 - by);
}

/* How many bytes before the block places can have begun that are seen in it; 0 where none is. */
INLINE int told_in(const uint8_t *at, carried *before) {
    bytes64 block = load64(at);
    uint64_t digit = WHERE((block - '0') < 10);
    uint64_t dot = WHERE(block == '.') & up(digit, before->digit, 1);
    uint64_t colon = WHERE(block == ':'), sign = WHERE(block == '@');
    uint64_t high = WHERE(block >= 0x80), ef = 0, bc = 0, told = sign;
    uint64_t upper_after = WHERE((block - 'A') < 26) & up(high, before->high, 1);
    uint64_t wide_colon = 0, narrow = digit;
    if (high | (before->ef >> 62) | (before->bc >> 63)) {
        ef = WHERE(block == 0xEF);
        bc = WHERE(block == 0xBC);
        uint64_t third = up(ef, before->ef, 2) & up(bc, before->bc, 1);
        if (third) {
            digit |= third & WHERE((block - 0x90) < 10);
            dot |= third & WHERE(block == 0x8E);
            wide_colon = third & WHERE(block == 0x9A);
            told |= third & (WHERE(block == 0xA0) | WHERE((block - 0xA1) < 26));
        }
    }
    if (digit != narrow || before->wide) dot |= WHERE(block == '.');
    int digits = popcount64(digit), dots = popcount64(dot);
    uint64_t hex = digit | WHERE(((block | 32) - 'a') < 6);
    /* of all colons, those behind a digit; full-width ones are few enough */
    int colons = popcount64(colon & up(hex, before->hex, 1)) + popcount64(wide_colon);
    if (wide_colon || digit != narrow || before->wide)
        colons = popcount64(colon) + popcount64(wide_colon);
    bool wide = digit != narrow, wider = wide || before->wide;
    /* six digits together: every code, passport and permit has them */
    uint64_t two = narrow & up(narrow, before->digit, 1);
    uint64_t two_before = before->digit & before->digit << 1;
    uint64_t six = two & up(two, two_before, 2) & up(two, two_before, 4);
    int back = 0;
    if (told) back = BEFORE;
    if (six) back = 3 * BEFORE;
    bool many = digits + before->digits >= 11;
    if (many && !(high | before->high)) { /* eleven places in a row are digits or gaps */
        uint64_t place = digit | WHERE(block == ' ') | WHERE(block == '-') | WHERE(block == '(') |
                         WHERE(block == ')');
        uint64_t p2 = place & up(place, before->place, 1);
        uint64_t b2 = before->place & before->place << 1;
        uint64_t p4 = p2 & up(p2, b2, 2), b4 = b2 & b2 << 2;
        uint64_t p8 = p4 & up(p4, b4, 4);
        many = p8 & up(p2, b2, 8) & up(place, before->place, 10);
        before->place = place;
    } else {
        before->place = ~(uint64_t)0;
    }
    if (many || dots + before->dots >= 3 ||
        (colon & up(colon, before->colon, 1)) || colons + before->colons >= 6 ||
        (wide_colon && colons + before->colons >= 2))
        back = BLOCK;
    if (wider && digits + before->digits + before->digits2 >= 6) back = 2 * BLOCK;
    *before = (carried){.digits = digits,
                        .dots = dots,
                        .colons = colons,
                        .digits2 = before->digits,
                        .digit = narrow,
                        .ef = ef,
                        .bc = bc,
                        .colon = colon,
                        .high = high,
                        .hex = hex,
                        .place = before->place,
                        .capital = upper_after,
                        .wide = wide};
    return back;
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
   there are. */
EXPORT int64_t tda_windows(const uint8_t *data, const int64_t *offsets, int64_t n,
                           const uint32_t *entries, window *windows) {
    finder found = {.windows = windows};
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
            const uint8_t *block = found.data + at;
            if (found.size - at < BLOCK) {
                memset(last, 0, BLOCK);
                memcpy(last, block, (size_t)(found.size - at));
                block = last;
            }
            int back = told_in(block, &before);
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
    return found.count;
}
