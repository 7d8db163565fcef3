/* SPDX-License-Identifier: EUPL-1.2 */
/* One term of an SPF record (RFC 7208 4.6.1, 5, 6), from text; and the record
 * that would let an address pass. */
#include <etrier/spf.h>

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <string.h>
#include <strings.h>

#define VERSION "v=spf1"

static const struct {
	const char *name;
	enum spf_kind kind;
} mechanisms[] = {
	{"all", SPF_ALL}, {"include", SPF_INCLUDE}, {"a", SPF_A},
	{"mx", SPF_MX},	  {"ptr", SPF_PTR},	    {"ip4", SPF_IP4},
	{"ip6", SPF_IP6}, {"exists", SPF_EXISTS},
};

bool spf_is_record(const char *text)
{
	size_t n = strlen(VERSION);
	return !strncasecmp(text, VERSION, n) && (!text[n] || text[n] == ' ');
}

static bool find_kind(const char *name, enum spf_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
		if (!strcasecmp(name, mechanisms[i].name)) {
			*out = mechanisms[i].kind;
			return true;
		}
	}
	return false;
}

/* A name, or one with a macro in it, which only a receiver can fill. */
static bool read_domain(const char *text, struct spf_term *out)
{
	if (strchr(text, '%')) {
		out->has_macro = true;
		return true;
	}
	return dns_name_clean(text, out->domain) && strchr(out->domain, '.');
}

/* "/24", "//64", "/24//64": taken off the end of text. */
static bool take_bits(char *text, bool is_address, struct spf_term *out)
{
	int64_t bits;
	char *slash = strchr(text, '/');
	if (!slash)
		return true;
	char *second = strstr(slash, "//");
	if (is_address) { /* one number, of its own family */
		int most = out->kind == SPF_IP4 ? 32 : 128;
		if (num_parse_int(slash + 1, 0, most, &bits))
			return false;
		*(out->kind == SPF_IP4 ? &out->bits4 : &out->bits6) = (int)bits;
		*slash = '\0';
		return true;
	}
	if (second) {
		if (num_parse_int(second + 2, 0, 128, &bits))
			return false;
		out->bits6 = (int)bits;
		*second = '\0';
	}
	if (slash != second) {
		if (num_parse_int(slash + 1, 0, 32, &bits))
			return false;
		out->bits4 = (int)bits;
	}
	*slash = '\0';
	return true;
}

/* What stands behind the name, "" or ":value" with its prefix lengths. */
static bool read_value(char *value, struct spf_term *out)
{
	bool is_address = out->kind == SPF_IP4 || out->kind == SPF_IP6;
	bool has_bits = is_address || out->kind == SPF_A || out->kind == SPF_MX;
	bool has_colon = *value == ':';
	if (has_bits && !take_bits(value, is_address, out))
		return false;
	if (has_colon && !value[1])
		return false;
	value += has_colon;
	switch (out->kind) {
	case SPF_ALL:
		return !*value;
	case SPF_IP4:
	case SPF_IP6:
		return has_colon && dns_address_read(value, &out->address) &&
		       out->address.n == (out->kind == SPF_IP4 ? 4 : 16);
	case SPF_INCLUDE:
	case SPF_EXISTS:
		return has_colon && read_domain(value, out);
	default:
		return !*value || read_domain(value, out);
	}
}

static bool read_modifier(const char *name, const char *value,
			  struct spf_term *out)
{
	if (!name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
			       "VWXYZ0123456789-_.")]) {
		out->kind = SPF_OTHER;
		if (strcasecmp(name, "redirect") != 0)
			return true;
		out->kind = SPF_REDIRECT;
		return *value && read_domain(value, out);
	}
	return false;
}

bool spf_term_read(const char *text, size_t n, struct spf_term *out)
{
	char copy[DNS_NAME_SIZE + 64];
	*out = (struct spf_term){.bits4 = 32, .bits6 = 128};
	if (n == 0 || n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	char *name = copy;
	size_t end = strcspn(name, ":/=");
	if (name[end] == '=') {
		name[end] = '\0';
		return *name && read_modifier(name, name + end + 1, out);
	}
	out->qualifier = '+';
	if (*name && strchr("+-~?", *name)) {
		out->qualifier = *name++;
		end--;
	}
	char value[sizeof(copy)];
	str_copy(value, sizeof(value), name + end);
	name[end] = '\0';
	return find_kind(name, &out->kind) && read_value(value, out);
}

const char *spf_with(const char *record, const struct dns_address *addresses,
		     int n_addresses, struct arena *a)
{
	const char *out = VERSION;
	char text[DNS_ADDRESS_TEXT];
	for (int i = 0; i < n_addresses; i++) {
		dns_address_write(&addresses[i], text);
		out = arena_printf(a, "%s ip%d:%s", out,
				   addresses[i].n == 4 ? 4 : 6, text);
	}
	return arena_concat(a, out,
			    record ? record + strlen(VERSION) : " -all");
}
