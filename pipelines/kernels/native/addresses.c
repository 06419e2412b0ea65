/* E-mail and IPv4 addresses: the commonest identifiers, told on the spot. Signs of full width count
   as those of ASCII; lengths are in code points. */
#include "addresses.h"

enum { EMAIL = 1, IP = 9 };         /* as Kind ranks them */
enum { VALID = 0, LOOKALIKE = 1 };

#define LOCAL_MOST 64
#define DOMAIN_MOST 253
#define DOMAIN_LEAST 4
#define LABEL_MOST 63
#define IPV4_MOST 15

/* Characters that follow a place, folded, and the byte behind each. */
typedef struct {
    uint8_t signs[DOMAIN_MOST];
    int64_t ends[DOMAIN_MOST];
    int count;
} run;

/* What a character may be part of. An edge is a sign that a local part may hold inside; at its left
   end it is a quote or bracket of the text. */
enum { DOMAIN = 1, LOCAL = 2, EDGE = 4 };
static const uint8_t PARTS[256] = {
    ['0' ... '9'] = DOMAIN | LOCAL,
    ['A' ... 'Z'] = DOMAIN | LOCAL,
    ['a' ... 'z'] = DOMAIN | LOCAL,
    ['-'] = DOMAIN | LOCAL | EDGE,
    ['.'] = DOMAIN | LOCAL | EDGE,
    ['_'] = LOCAL,
    ['!'] = LOCAL | EDGE, ['#'] = LOCAL | EDGE, ['$'] = LOCAL | EDGE, ['%'] = LOCAL | EDGE,
    ['&'] = LOCAL | EDGE, ['\''] = LOCAL | EDGE, ['*'] = LOCAL | EDGE, ['+'] = LOCAL | EDGE,
    ['/'] = LOCAL | EDGE, ['='] = LOCAL | EDGE, ['?'] = LOCAL | EDGE, ['^'] = LOCAL | EDGE,
    ['`'] = LOCAL | EDGE, ['{'] = LOCAL | EDGE, ['|'] = LOCAL | EDGE, ['}'] = LOCAL | EDGE,
    ['~'] = LOCAL | EDGE,
};

/* The first byte of the character that ends before data[at]; `at` is above 0. */
INLINE int64_t character_before(const uint8_t *data, int64_t at) {
    int64_t begin = at - 1;
    while (begin > 0 && at - begin < 4 && (data[begin] & 0xC0) == 0x80) begin--;
    return begin;
}

/* Up to `most` characters from data[at] on, as far as they are part of `wanted`; 0 is every one. */
static void read_run(const uint8_t *data, int64_t size, int64_t at, int most, uint8_t wanted,
                     run *read) {
    read->count = 0;
    while (at < size && read->count < most) {
        int width;
        uint8_t sign = ascii_of(decode(data + at, data + size, &width));
        if (wanted && !(PARTS[sign] & wanted)) return;
        at += width;
        read->signs[read->count] = sign;
        read->ends[read->count++] = at;
    }
}

/* Code points of the local part that ends before data[at], 0 for none; `begin` is its first byte.
   The dot-atom form of RFC 5322. */
static int local_before(const uint8_t *data, int64_t at, int64_t *begin) {
    int count = 0, whole = 0;
    bool dots = false; /* two together */
    uint8_t next = '@';
    while (at > 0 && count <= LOCAL_MOST) {
        int width;
        int64_t before = character_before(data, at);
        uint8_t sign = ascii_of(decode(data + before, data + at, &width));
        if (!(PARTS[sign] & LOCAL)) break;
        if (sign == '.' && next == '@') return 0;
        dots |= sign == '.' && next == '.';
        at = before;
        count++;
        if (!(PARTS[sign] & EDGE)) {
            if (dots) return 0;
            whole = count;
            *begin = at;
        }
        next = sign;
    }
    /* longer than any local part: the end of a token, not an address */
    return whole > LOCAL_MOST ? 0 : whole;
}

INLINE bool is_alnum(uint8_t c) { return is_digit(c) || is_letter(c); }

static bool is_label(const uint8_t *label, int size) {
    return size > 0 && size <= LABEL_MOST && is_alnum(label[0]) && is_alnum(label[size - 1]);
}

static bool is_top_level(const uint8_t *label, int size) {
    if (size >= 6 && (label[0] | 32) == 'x' && (label[1] | 32) == 'n' && label[2] == '-' &&
        label[3] == '-')
        return true;
    if (size < 2 || size > 24) return false;
    for (int i = 0; i < size; i++)
        if (!is_letter(label[i])) return false;
    return true;
}

/* Endings of files, which stand behind an at sign as in logo@2x.png. */
static bool is_file_ending(const uint8_t *label, int size) {
    static const char ENDINGS[][5] = {"png", "jpg", "jpeg", "gif", "svg",
                                      "webp", "css", "js", "json", "py"};
    if (size > 4) return false;
    char lower[5] = {0};
    for (int i = 0; i < size; i++) lower[i] = (char)(label[i] | 32);
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (strcmp(lower, ENDINGS[i]) == 0) return true;
    return false;
}

/* Characters of the domain that `read` begins with, under a top level; 0 for none. */
static int domain_of(const run *read, bool *file) {
    int size = read->count, labels = 0, domain = 0;
    if (size < DOMAIN_LEAST) return 0;
    while (size > 0 && (read->signs[size - 1] == '.' || read->signs[size - 1] == '-')) size--;
    for (int begin = 0, end; begin < size; begin = end + 1) {
        for (end = begin; end < size && read->signs[end] != '.';) end++;
        const uint8_t *label = read->signs + begin;
        if (!is_label(label, end - begin)) break;
        labels++;
        if (labels >= 2 && is_top_level(label, end - begin)) {
            domain = end;
            *file = is_file_ending(label, end - begin);
        }
    }
    return domain;
}

bool email_at(const uint8_t *data, int64_t size, int64_t at, address *found) {
    int64_t begin;
    int width;
    int local = local_before(data, at, &begin);
    if (local == 0) return false;
    decode(data + at, data + size, &width);
    run read;
    read_run(data, size, at + width, DOMAIN_MOST, DOMAIN, &read);
    bool file;
    int domain = domain_of(&read, &file);
    if (domain == 0) return false;
    *found = (address){.begin = begin,
                       .end = read.ends[domain - 1],
                       .stop = local + 1 + domain,
                       .kind = EMAIL,
                       .tier = file ? LOOKALIKE : VALID};
    return true;
}

/* Addresses that stand for nobody: the registry of special-purpose addresses (RFC 6890), multicast
   and what is reserved. */
static bool is_special(uint32_t ip) {
#define NETWORK(a, b, c, d, bits) {(uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d), bits}
    static const struct {
        uint32_t first;
        int bits;
    } NETWORKS[] = {
        NETWORK(0, 0, 0, 0, 8),       NETWORK(10, 0, 0, 0, 8),     NETWORK(100, 64, 0, 0, 10),
        NETWORK(127, 0, 0, 0, 8),     NETWORK(169, 254, 0, 0, 16), NETWORK(172, 16, 0, 0, 12),
        NETWORK(192, 0, 0, 0, 24),    NETWORK(192, 0, 2, 0, 24),   NETWORK(192, 88, 99, 0, 24),
        NETWORK(192, 168, 0, 0, 16),  NETWORK(198, 18, 0, 0, 15),  NETWORK(198, 51, 100, 0, 24),
        NETWORK(203, 0, 113, 0, 24),  NETWORK(224, 0, 0, 0, 4),    NETWORK(240, 0, 0, 0, 4),
    };
    for (size_t i = 0; i < sizeof NETWORKS / sizeof *NETWORKS; i++)
        if ((ip ^ NETWORKS[i].first) >> (32 - NETWORKS[i].bits) == 0) return true;
    return false;
}

/* A letter in lower case, those of other alphabets that have the same capital letter included. */
INLINE uint32_t lower(uint32_t code) {
    if (code == 0x130 || code == 0x131) return 'i';
    if (code == 0x17F) return 's';
    if (code == 0x212A) return 'k';
    uint8_t sign = ascii_of(code);
    if (sign == 0) return code;
    return is_upper(sign) ? sign | 32u : sign;
}

/* Whether a number that begins at data[at] is called a version or the part of a document, by a word
   that begins up to 24 characters before it and ends before its twelfth. */
#define NEAR_BEFORE 24
#define NEAR_AFTER 12
static bool is_version(const uint8_t *data, int64_t size, int64_t at) {
    uint32_t around[1 + NEAR_BEFORE + NEAR_AFTER + 8] = {0}; /* zeros are no part of a word */
    int first = 1 + NEAR_BEFORE, last = first, width;
    for (int64_t begin = at; begin > 0 && first > 0;) {
        int64_t before = character_before(data, begin);
        around[--first] = lower(decode(data + before, data + begin, &width));
        begin = before;
    }
    for (int64_t begin = at; begin < size && last < 1 + NEAR_BEFORE + NEAR_AFTER; begin += width)
        around[last++] = lower(decode(data + begin, data + size, &width));
#define IS(i, c) (around[i] == (c))
#define IS_LETTER(i) (around[i] < 0x80 && is_letter((uint8_t)around[i]))
    for (int i = first ? first : 1; i < last; i++) {
        if (IS(i, 0x7AE0) || IS(i, 0x8282) || IS(i, 0x6761)) return true; /* 章 节 条 */
        if (IS(i, 0x7248) && IS(i + 1, 0x672C)) return true;              /* 版本 */
        if (!IS(i, 'v') || !IS(i + 1, 'e') || !IS(i + 2, 'r')) continue;
        if (IS(i + 3, 's') && IS(i + 4, 'i') && IS(i + 5, 'o') && IS(i + 6, 'n')) return true;
        if ((i == 0 || !IS_LETTER(i - 1)) && !IS_LETTER(i + 3)) return true;
    }
    return false;
#undef IS
#undef IS_LETTER
}

bool ipv4_at(const uint8_t *data, int64_t size, int64_t at, address *found) {
    run read;
    read_run(data, size, at, IPV4_MOST + 2, 0, &read);
    int i = 0;
    uint32_t ip = 0;
    for (int part = 0; part < 4; part++, i++) {
        int begin = i;
        uint32_t value = 0;
        for (; i < read.count && i < begin + 3 && is_digit(read.signs[i]); i++)
            value = value * 10 + (read.signs[i] - '0');
        /* a leading zero is octal to some and a mistake to others */
        if (i == begin || value > 255 || (i > begin + 1 && read.signs[begin] == '0')) return false;
        if (part < 3 && (i >= read.count || read.signs[i] != '.')) return false;
        ip = ip << 8 | value;
    }
    i--;
    uint8_t next = i < read.count ? read.signs[i] : 0;
    if (is_word(next)) return false;
    if (next == '.' && i + 1 < read.count && is_digit(read.signs[i + 1])) return false;
    bool nobody = is_special(ip) || is_version(data, size, at);
    *found = (address){.begin = at,
                       .end = read.ends[i - 1],
                       .stop = i,
                       .kind = IP,
                       .tier = nobody ? LOOKALIKE : VALID};
    return true;
}
