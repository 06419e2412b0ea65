/* What can begin at a place of a folded text: fewer places pass than have the look of it, and none
   that a pattern finds is left out. */
#include "shapes.h"

/* The shapes of the numbers that the patterns of personal_information_numbers.py find: d stands for a
   digit, x for one or an X, - for a space or hyphen, ? for one or none, ) for one or none. No digit
   follows but after a star. Runs of 15 to 19 digits have no line here. */
static const char *const SHAPES[] = {
    "dddddd?dddddddd?dddx",                                          /* identity numbers */
    "1dd?dddd?dddd",         "86)?1dd?dddd?dddd", "0086)?1dd?dddd?dddd", /* mobile */
    "0dd)?dddd?dddd",        "0ddd)?ddd?dddd",    "0ddd)?dddd?dddd", /* landline */
    "dddd-dddd-dddd-dddd*", "dddd-dddddd-ddddd", "dddddd-dddddddddd*", /* bank cards */
};

static bool has_shape(const uint8_t *text, int64_t at, int64_t size, const char *shape) {
    for (; *shape; shape++) {
        uint8_t c = at < size ? text[at] : 0;
        bool gap = c == ' ' || c == '-', fits;
        switch (*shape) {
        case '*': return true;
        case '?': at += gap; continue;
        case ')': at += c == ')'; continue;
        case '-': fits = gap; break;
        case 'd': fits = is_digit(c); break;
        case 'x': fits = is_digit(c) || (c | 32) == 'x'; break;
        default: fits = c == (uint8_t)*shape;
        }
        if (!fits) return false;
        at++;
    }
    return at >= size || !is_digit(text[at]);
}

/* Whether a run of digits that begins at text[i] begins a number. */
bool begins_number(const uint8_t *text, int64_t i, int64_t size) {
    int64_t digits = 0;
    while (i + digits < size && digits < 20 && is_digit(text[i + digits])) digits++;
    if (digits >= 15) return digits < 20;
    /* most are short, and nothing of a number follows */
    uint8_t next = i + digits < size ? text[i + digits] : 0;
    if (digits == 1 || (digits < 11 && next != ' ' && next != '-' && next != ')')) return false;
    for (size_t shape = 0; shape < sizeof SHAPES / sizeof *SHAPES; shape++)
        if (has_shape(text, i, size, SHAPES[shape])) return true;
    return false;
}

/* Whether the word text[i:i + length] can be a code, a passport or a permit. */
bool is_code(const uint8_t *text, int64_t i, int64_t length) {
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

/* Whether four groups of digits with dots between them begin at text[i]. */
bool is_dotted(const uint8_t *text, int64_t i, int64_t size) {
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
bool begins_colons(const uint8_t *text, int64_t i, int64_t size) {
    int64_t at = i;
    int colons = 0;
    bool twice = false, digits = false;
    while (at < size && at < i + 40 && (is_hex(text[at]) || text[at] == ':')) {
        colons += text[at] == ':';
        digits |= text[at] != ':';
        twice |= text[at] == ':' && at + 1 < size && text[at + 1] == ':';
        at++;
    }
    if (!twice && colons < 6) return false;
    if (i + 1 < size && text[i + 1] == ':') { /* at most four digits before it, and no word */
        int64_t group = i;
        while (group > 0 && i - group < 5 && is_hex(text[group - 1])) group--;
        if (i - group > 4) return false;
        /* colons alone are no address, and none in use begins with a to e */
        if (group < i ? !is_digit(text[group]) && (text[group] | 32) != 'f' : !digits) return false;
        if (group > 0 && (is_word(text[group - 1]) || text[group - 1] == '.')) return false;
    }
    return at >= size || !is_word(text[at]);
}
