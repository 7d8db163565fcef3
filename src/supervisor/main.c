/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierd: the service. The same binary is the supervisor and, started again
 * by it with --role, every other process of the house. */
#include <etrier/diag.h>
#include <etrier/log.h>
#include <etrier/num.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include "supervisor.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_USAGE 2

struct arguments {
	const char *file, *role, *lane, *gen;
	bool is_check;
};

static const struct {
	const char *name;
	int (*run)(const char *lane, int64_t gen);
} roles[] = {{"engine", engine_main},
	     {"collector", collector_main},
	     {"runner", runner_main},
	     {"courier", courier_main},
	     {"front", front_main}};

static void usage(FILE *out)
{
	fputs("usage: etrierd [--config FILE] [--check] [--version] [--help]\n"
	      "\n"
	      "  --config FILE  etrier.yaml to use (default: $ETRIER_CONFIG or "
	      "/etc/etrier/etrier.yaml)\n"
	      "  --check        read and check the configuration, then exit\n"
	      "\n"
	      "exit status: 0 stopped as asked, 1 failed, 2 usage, 78 the "
	      "configuration or the\nconfinement of a process\n",
	      out);
}

static int check(const char *file)
{
	struct settings s;
	struct diags d;
	diags_init(&d);
	int r = settings_load(file, &s, &d);
	diags_print(&d, stderr);
	fprintf(stderr, "%s: %zu errors, %zu warnings\n", file, d.n_errors,
		d.n_warnings);
	settings_clear(&s);
	diags_clear(&d);
	return r ? ROLE_EXIT_CONFIG : EXIT_SUCCESS;
}

/* Only the supervisor does this; a person who tries has no wire at 3 and 4. */
static int run_role(const struct arguments *a)
{
	int64_t gen;
	struct stat st;
	if (!a->gen || num_parse_int(a->gen, 0, INT64_MAX, &gen) ||
	    fstat(ROLE_FD_SUPERVISOR, &st) || !S_ISSOCK(st.st_mode) ||
	    fstat(ROLE_FD_ENGINE, &st) || !S_ISSOCK(st.st_mode)) {
		fputs("etrierd: --role is for etrierd itself\n", stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (str_eq(roles[i].name, a->role))
			return roles[i].run(a->lane ? a->lane : "", gen);
	}
	fprintf(stderr, "etrierd: no role %s\n", a->role);
	return EXIT_USAGE;
}

/* -1 to go on, or the exit status. */
static int parse(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{"role", required_argument, NULL, 'r'},
		{"lane", required_argument, NULL, 'l'},
		{"gen", required_argument, NULL, 'g'},
		{0}};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'c':
			a->file = optarg;
			break;
		case 'k':
			a->is_check = true;
			break;
		case 'V':
			puts("etrierd " ETRIER_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case 'r':
			a->role = optarg;
			break;
		case 'l':
			a->lane = optarg;
			break;
		case 'g':
			a->gen = optarg;
			break;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "etrierd: unexpected argument %s\n", argv[optind]);
	usage(stderr);
	return EXIT_USAGE;
}

/* A descriptor we open must not become anybody's standard output. */
static void fill_standard_fds(void)
{
	int fd;
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct arguments a = {.file = settings_default_file()};
	fill_standard_fds();
	int status = parse(argc, argv, &a);
	if (status >= 0)
		return status;
	if (a.role)
		return run_role(&a);
	if (a.is_check)
		return check(a.file);
	const struct supervisor_options options = {.file = a.file,
						   .program = "/proc/self/exe"};
	log_open("supervisor", LOG_INFO);
	return supervisor_run(&options);
}
