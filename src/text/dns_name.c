/* SPDX-License-Identifier: EUPL-1.2 */
/* Names and addresses of the DNS as text. */
#include <etrier/dns.h>

#include <etrier/mem.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const char *dns_type_name(enum dns_type type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_AAAA:
		return "AAAA";
	case DNS_CNAME:
		return "CNAME";
	case DNS_PTR:
		return "PTR";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	}
	return "?";
}

bool dns_address_read(const char *text, struct dns_address *out)
{
	struct dns_address a = {.n = 4};
	if (inet_pton(AF_INET, text, a.bytes) != 1) {
		a.n = 16;
		if (inet_pton(AF_INET6, text, a.bytes) != 1)
			return false;
	}
	*out = a;
	return true;
}

void dns_address_write(const struct dns_address *a, char out[DNS_ADDRESS_TEXT])
{
	BUG_ON(!inet_ntop(a->n == 4 ? AF_INET : AF_INET6, a->bytes, out,
			  DNS_ADDRESS_TEXT));
}

bool dns_address_eq(const struct dns_address *a, const struct dns_address *b)
{
	return a->n == b->n && !memcmp(a->bytes, b->bytes, (size_t)a->n);
}

bool dns_address_within(const struct dns_address *a,
			const struct dns_address *net, int bits)
{
	if (a->n != net->n)
		return false;
	int whole = bits / 8, rest = bits % 8;
	if (memcmp(a->bytes, net->bytes, (size_t)whole) != 0)
		return false;
	return !rest ||
	       a->bytes[whole] >> (8 - rest) == net->bytes[whole] >> (8 - rest);
}

void dns_address_reverse(const struct dns_address *a, char out[DNS_NAME_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *to = out;
	if (a->n == 4) {
		snprintf(out, DNS_NAME_SIZE, "%d.%d.%d.%d.in-addr.arpa",
			 a->bytes[3], a->bytes[2], a->bytes[1], a->bytes[0]);
		return;
	}
	for (int i = 15; i >= 0; i--) {
		*to++ = digits[a->bytes[i] & 0xf];
		*to++ = '.';
		*to++ = digits[a->bytes[i] >> 4];
		*to++ = '.';
	}
	str_copy(to, DNS_NAME_SIZE - (size_t)(to - out), "ip6.arpa");
}

bool dns_name_clean(const char *text, char out[DNS_NAME_SIZE])
{
	size_t n = strlen(text), label = 0;
	if (n && text[n - 1] == '.')
		n--;
	out[0] = '\0';
	if (n == 0 || n >= DNS_NAME_SIZE)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		bool is_point = c == '.';
		label = is_point ? 0 : label + 1;
		if (is_point ? i == 0 || out[i - 1] == '.' || i + 1 == n
			     : label > 63 || !((c >= 'a' && c <= 'z') ||
					       (c >= '0' && c <= '9') ||
					       c == '-' || c == '_')) {
			out[0] = '\0';
			return false;
		}
		out[i] = c;
	}
	out[n] = '\0';
	return true;
}

bool dns_name_within(const char *name, const char *domain)
{
	size_t n = strlen(name), k = strlen(domain);
	return n >= k && str_eq(name + n - k, domain) &&
	       (n == k || (k && name[n - k - 1] == '.'));
}
