/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules of a sender's name in France. What is refused here would be
 * refused or overwritten on the way, and fined, with nobody to tell us. */
#include <etrier/mem.h>
#include <etrier/sms_sender.h>
#include <etrier/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"

/* In capitals; compared whole, so that INFOJEUNES may pass and INFO2 not. */
static const char *const generic[] = {
	/* named by the sources */
	"ALERT", "ALERTE", "RDV", "PAYMENT", "PAIEMENT", "BANK", "BANQUE",
	"COLIS",
	/* their plain kin */
	"ALERTS", "ALERTES", "AMENDE", "AMENDES", "ASSURANCE", "BANKING",
	"BANQUES", "CARTE", "CLIENT", "CLIENTS", "CODE", "CODES", "CONFIRM",
	"CONTACT", "DELIVERY", "FACTURE", "GRATUIT", "IMPORTANT", "IMPOT",
	"IMPOTS", "INFO", "INFOS", "INFORMATION", "LIVRAISON", "MESSAGE",
	"MESSAGES", "NOTICE", "NOTIF", "OTP", "PAIEMENTS", "PARCEL", "PROMO",
	"PROMOS", "RAPPEL", "RENDEZVOUS", "SECURITE", "SECURITY", "SERVICE",
	"SERVICES", "SMS", "SMSINFO", "INFOSMS", "SUPPORT", "TEST", "TEXTO",
	"URGENT", "VERIFY", "VIREMENT"};

static bool is_generic(const char *sender)
{
	char word[SMS_SENDER_MAX + 1];
	size_t n = 0;
	for (const char *p = sender; *p; p++) {
		if (*p >= 'a' && *p <= 'z')
			word[n++] = (char)(*p - 'a' + 'A');
		else if (*p >= 'A' && *p <= 'Z')
			word[n++] = *p;
	}
	word[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(generic); i++)
		if (str_eq(word, generic[i]))
			return true;
	return false;
}

const char *sms_sender_problem(const char *sender)
{
	size_t n = sender ? strlen(sender) : 0;
	if (n < SMS_SENDER_MIN || n > SMS_SENDER_MAX)
		return "a sender has 3 to 11 letters or digits";
	if (strspn(sender, LETTERS DIGITS) != n)
		return "a sender is letters and digits only, without accents, "
		       "blanks or signs";
	if (strspn(sender, DIGITS) == n)
		return "a sender of digits alone is a number, not a name";
	if (is_generic(sender))
		return "a generic word is no sender: operators block or "
		       "replace it; write the name of the house";
	return NULL;
}
