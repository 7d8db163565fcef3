/* SPDX-License-Identifier: EUPL-1.2 */
/* Which addresses a stranger's URL, redirect or DNS answer may lead us to.
 * The check is made on the resolved address of each connection, so that names
 * that point inwards, odd spellings of 127.0.0.1 and redirects all meet it.
 * Ranges: IANA special-purpose address registries (RFC 6890 and successors),
 * read 2026. */
#include "guard.h"

#include <arpa/inet.h>
#include <etrier/mem.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

enum verdict { NEVER, PRIVATE };

struct range4 {
	uint32_t net;
	int bits;
	enum verdict verdict;
};

static const struct range4 ranges4[] = {
	{0x00000000, 8, NEVER},	   /* 0.0.0.0/8 this network */
	{0x0a000000, 8, PRIVATE},  /* 10.0.0.0/8 */
	{0x64400000, 10, PRIVATE}, /* 100.64.0.0/10 shared */
	{0x7f000000, 8, PRIVATE},  /* 127.0.0.0/8 loopback */
	{0xa9fe0000, 16, NEVER},   /* 169.254.0.0/16 link-local */
	{0xac100000, 12, PRIVATE}, /* 172.16.0.0/12 */
	{0xc0000000, 24, NEVER},   /* 192.0.0.0/24 protocol assignments */
	{0xc0000200, 24, NEVER},   /* 192.0.2.0/24 documentation */
	{0xc0586300, 24, NEVER},   /* 192.88.99.0/24 6to4 relay */
	{0xc0a80000, 16, PRIVATE}, /* 192.168.0.0/16 */
	{0xc6120000, 15, NEVER},   /* 198.18.0.0/15 benchmarks */
	{0xc6336400, 24, NEVER},   /* 198.51.100.0/24 documentation */
	{0xcb007100, 24, NEVER},   /* 203.0.113.0/24 documentation */
	{0xe0000000, 4, NEVER},	   /* multicast */
	{0xf0000000, 4, NEVER},	   /* reserved, broadcast */
};

static bool allows4(uint32_t address, bool allow_private)
{
	for (size_t i = 0; i < ARRAY_LEN(ranges4); i++) {
		const struct range4 *r = &ranges4[i];
		if (address >> (32 - r->bits) == r->net >> (32 - r->bits))
			return r->verdict == PRIVATE && allow_private;
	}
	return true;
}

static uint32_t tail4(const uint8_t b[16])
{
	return (uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 |
	       (uint32_t)b[14] << 8 | b[15];
}

static bool allows6(const uint8_t b[16], bool allow_private)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t zero[15];
	if (!memcmp(b, mapped, sizeof(mapped)))
		return allows4(tail4(b), allow_private);
	if (!memcmp(b, zero, sizeof(zero)))
		return b[15] == 1 && allow_private; /* ::1; never :: */
	if ((b[0] & 0xfe) == 0xfc)
		return allow_private; /* fc00::/7 unique local */
	/* What is left of the public internet is 2000::/3, less the tunnels
	 * that carry an IPv4 address we could not see, less documentation. */
	if ((b[0] & 0xe0) != 0x20)
		return false;
	if (b[0] == 0x20 && b[1] == 0x02)
		return false; /* 2002::/16 6to4 */
	if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02)
		return false; /* 2001::/23, Teredo among them */
	if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8)
		return false; /* 2001:db8::/32 documentation */
	return true;
}

bool guard_allows(const struct sockaddr *address, bool allow_private)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		return allows4(ntohl(in.sin_addr.s_addr), allow_private);
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, address, sizeof(in6));
		return allows6(in6.sin6_addr.s6_addr, allow_private);
	}
	return false;
}

bool guard_allows_text(const char *ip, bool allow_private)
{
	struct in_addr four;
	struct in6_addr six;
	if (inet_pton(AF_INET, ip, &four) == 1)
		return allows4(ntohl(four.s_addr), allow_private);
	if (inet_pton(AF_INET6, ip, &six) == 1)
		return allows6(six.s6_addr, allow_private);
	return false;
}
