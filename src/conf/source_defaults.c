/* SPDX-License-Identifier: EUPL-1.2 */
/* Maps for records whose names are not the partner's choice: the elements of
 * RSS and Atom (as etrier/rss.h names them, with those of WP Job Manager) and
 * the properties of schema.org's JobPosting (as etrier/jsonld.h gives them).
 *
 * Of several places of work the first is taken, with all its parts (".0"): a
 * postcode of one and a town of another would be a place that does not exist.
 * Amounts count only in euros. Properties without a field in an offer
 * (jobLocationType, directApply, industry, skills as terms) are left out; the
 * requirements that schema.org keeps apart follow the description, where
 * readers and signals find them. */
#include "source_defaults.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <stddef.h>

enum { PATHS_MAX = 12, VALUES_MAX = 16 };

struct row {
	const char *field;
	const char *paths[PATHS_MAX];
	struct {
		const char *from, *to;
	} values[VALUES_MAX];
	const char *join;
};

static const struct row rss_rows[] = {
	{.field = "ref", .paths = {"guid", "link"}},
	{.field = "url", .paths = {"link", "guid"}},
	{.field = "title", .paths = {"title"}},
	{.field = "description", .paths = {"content", "description"}},
	{.field = "kind", .paths = {"job_listing:job_type"}},
	{.field = "employer.name", .paths = {"job_listing:company"}},
	{.field = "place.text", .paths = {"job_listing:location"}},
	{.field = "salary.text", .paths = {"job_listing:salary"}},
	{.field = "posted", .paths = {"pubDate"}},
	{.field = "updated", .paths = {"updated", "atom:updated"}},
	{.field = NULL},
};

/* employmentType of schema.org speaks of time and of contract with one word.
 * The contract is what labels know (INTERN, TEMPORARY, "CDI"); these words say
 * nothing of it. */
#define NO_CONTRACT                                                  \
	{"FULL_TIME", "unknown"}, {"PART_TIME", "unknown"},          \
		{"CONTRACTOR", "unknown"}, {"VOLUNTEER", "unknown"}, \
		{"PER_DIEM", "unknown"},                             \
	{                                                            \
		"OTHER", "unknown"                                   \
	}
#define NO_TIME                                                  \
	{"CONTRACTOR", "unknown"}, {"TEMPORARY", "unknown"},     \
		{"INTERN", "unknown"}, {"VOLUNTEER", "unknown"}, \
		{"PER_DIEM", "unknown"},                         \
	{                                                        \
		"OTHER", "unknown"                               \
	}
/* credentialCategory as Google's guide for job postings names it. */
#define CREDENTIALS                                                  \
	{"no requirements", "none"}, {"high school", "4"},           \
		{"associate degree", "5"}, {"bachelor degree", "6"}, \
		{"postgraduate degree", "7"},                        \
	{                                                            \
		"professional certificate", "unknown"                \
	}

static const struct row jsonld_rows[] = {
	{.field = "ref", .paths = {"identifier.0.value", "identifier"}},
	{.field = "url",
	 .paths = {"url", "url.@id", "@page", "mainEntityOfPage",
		   "mainEntityOfPage.@id", "sameAs"}},
	{.field = "title", .paths = {"title", "name"}},
	{.field = "description",
	 .paths = {"description", "responsibilities", "qualifications",
		   "experienceRequirements",
		   "experienceRequirements.description", "physicalRequirement",
		   "physicalRequirement.name",
		   "physicalRequirement.description", "sensoryRequirement",
		   "sensoryRequirement.name", "sensoryRequirement.description",
		   "specialCommitments"},
	 .join = "\n"},
	{.field = "kind", .paths = {"employmentType"}, .values = {NO_CONTRACT}},
	{.field = "rome",
	 .paths = {"occupationalCategory.codeValue", "occupationalCategory",
		   "relevantOccupation.occupationalCategory.codeValue"}},
	{.field = "trade",
	 .paths = {"occupationalCategory.name", "occupationalCategory",
		   "relevantOccupation.name"}},
	{.field = "employer.name",
	 .paths = {"hiringOrganization.name", "hiringOrganization.legalName",
		   "hiringOrganization"}},
	{.field = "employer.siret",
	 .paths = {"hiringOrganization.identifier.0.value",
		   "hiringOrganization.taxID"}},
	{.field = "place.postcode",
	 .paths = {"jobLocation.0.address.0.postalCode"}},
	{.field = "place.city",
	 .paths = {"jobLocation.0.address.0.addressLocality"}},
	{.field = "place.dept",
	 .paths = {"jobLocation.0.address.0.addressRegion"}},
	{.field = "place.address",
	 .paths = {"jobLocation.0.address.0.streetAddress"}},
	{.field = "place.country",
	 .paths = {"jobLocation.0.address.0.addressCountry",
		   "jobLocation.0.address.0.addressCountry.name"}},
	{.field = "place.lat",
	 .paths = {"jobLocation.0.geo.latitude", "jobLocation.0.latitude"}},
	{.field = "place.lon",
	 .paths = {"jobLocation.0.geo.longitude", "jobLocation.0.longitude"}},
	{.field = "place.text",
	 .paths = {"jobLocation.0.address.0", "jobLocation.0",
		   "jobLocation.0.name"}},
	{.field = "start", .paths = {"jobStartDate"}},
	{.field = "positions", .paths = {"totalJobOpenings"}},
	{.field = "hours.weekly", .paths = {"workHours"}},
	{.field = "hours.text", .paths = {"workHours"}},
	{.field = "hours.part_time",
	 .paths = {"employmentType"},
	 .values = {NO_TIME}},
	{.field = "level.required",
	 .paths = {"educationRequirements.credentialCategory",
		   "educationRequirements",
		   "qualifications.credentialCategory"},
	 .values = {CREDENTIALS}},
	{.field = "experience",
	 .paths = {"experienceRequirements.monthsOfExperience",
		   "experienceRequirements"},
	 .values = {{"0", "none"},
		    {"no requirements", "none"},
		    {"3", "required"},
		    {"6", "required"},
		    {"12", "required"},
		    {"18", "required"},
		    {"24", "required"},
		    {"36", "required"},
		    {"48", "required"},
		    {"60", "required"},
		    {"72", "required"},
		    {"84", "required"},
		    {"96", "required"},
		    {"120", "required"}}},
	{.field = "salary.text", .paths = {"baseSalary"}},
	{.field = "salary.min",
	 .paths = {"baseSalary[currency=EUR].value.minValue",
		   "baseSalary[currency=EUR].minValue",
		   "baseSalary[currency=EUR].value.value",
		   "baseSalary[currency=EUR].value"}},
	{.field = "salary.max",
	 .paths = {"baseSalary[currency=EUR].value.maxValue",
		   "baseSalary[currency=EUR].maxValue",
		   "baseSalary[currency=EUR].value.value",
		   "baseSalary[currency=EUR].value"}},
	{.field = "salary.period",
	 .paths = {"baseSalary[currency=EUR].value.unitText",
		   "baseSalary[currency=EUR].unitText"},
	 .values = {{"HOUR", "hour"},
		    {"MONTH", "month"},
		    {"YEAR", "year"},
		    {"DAY", "unknown"},
		    {"WEEK", "unknown"}}},
	{.field = "contact.name", .paths = {"applicationContact.name"}},
	{.field = "contact.email", .paths = {"applicationContact.email"}},
	{.field = "contact.phone", .paths = {"applicationContact.telephone"}},
	{.field = "contact.url", .paths = {"applicationContact.url"}},
	{.field = "posted", .paths = {"datePosted"}},
	{.field = "updated", .paths = {"dateModified"}},
	{.field = "expires", .paths = {"validThrough"}},
	{.field = NULL},
};

static json_t *spec(const struct row *row)
{
	json_t *v = json_object(), *paths = json_array();
	for (size_t i = 0; i < PATHS_MAX && row->paths[i]; i++)
		json_array_append_new(paths, json_string(row->paths[i]));
	json_object_set_new(v, "paths", paths);
	if (row->join)
		json_object_set_new(v, "join", json_string(row->join));
	if (!row->values[0].from)
		return v;
	json_t *values = json_object();
	for (size_t i = 0; i < VALUES_MAX && row->values[i].from; i++)
		json_object_set_new(values, row->values[i].from,
				    json_string(row->values[i].to));
	json_object_set_new(v, "values", values);
	return v;
}

json_t *source_default_fields(const char *kind)
{
	const struct row *rows = str_eq(kind, "rss")	  ? rss_rows
				 : str_eq(kind, "jsonld") ? jsonld_rows
							  : NULL;
	if (!rows)
		return NULL;
	json_t *fields = json_object();
	for (; rows->field; rows++)
		json_object_set_new(fields, rows->field, spec(rows));
	return fields;
}
