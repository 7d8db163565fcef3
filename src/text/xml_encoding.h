/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: encodings that expat has not. */
#ifndef ETRIER_TEXT_XML_ENCODING_H
#define ETRIER_TEXT_XML_ENCODING_H

#include <expat.h>

/* For XML_SetUnknownEncodingHandler(). */
int XMLCALL xml_encoding(void *ctx, const XML_Char *name, XML_Encoding *info);

#endif
