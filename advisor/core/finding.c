#include "core/finding.h"

#include <string.h>

const char *const ka_severity_words[] = {"note", "warning", "error", NULL};

static struct ka_finding *append(struct ka_findings *findings)
{
	static struct ka_finding spare;
	size_t capacity = findings->capacity ? findings->capacity * 2 : 16;
	struct ka_finding *items;

	if (findings->count < findings->capacity)
		return &findings->items[findings->count++];
	items = ka_arena_array(findings->arena, capacity, sizeof(*items));
	if (!items) {
		spare = (struct ka_finding){0};
		return &spare;
	}
	if (findings->count > 0)
		memcpy(items, findings->items, findings->count * sizeof(*items));
	findings->items = items;
	findings->capacity = capacity;
	return &items[findings->count++];
}

struct ka_finding *ka_find(struct ka_findings *findings, const struct ka_rule *rule,
			   enum ka_severity severity, const char *format, ...)
{
	struct ka_finding *finding = append(findings);
	va_list args;

	finding->rule = rule;
	finding->severity = severity;
	va_start(args, format);
	finding->message = ka_arena_vprintf(findings->arena, format, args);
	va_end(args);
	return finding;
}

static void add(struct ka_finding *finding, struct ka_datum datum)
{
	if (finding->data_count < KA_DATA_MAX)
		finding->data[finding->data_count++] = datum;
}

void ka_add_number(struct ka_finding *finding, const char *key, int64_t number)
{
	add(finding, (struct ka_datum){.key = key, .number = number});
}

void ka_add_text(struct ka_finding *finding, const char *key, const char *text)
{
	add(finding, (struct ka_datum){.key = key, .text = text});
}

const char *ka_finding_text(const struct ka_finding *finding, const char *key)
{
	for (size_t i = 0; i < finding->data_count; i++)
		if (strcmp(finding->data[i].key, key) == 0)
			return finding->data[i].text;
	return NULL;
}

int ka_worst_severity(const struct ka_findings *findings)
{
	int worst = -1;

	for (size_t i = 0; i < findings->count; i++)
		if (!findings->items[i].waiver && (int)findings->items[i].severity > worst)
			worst = (int)findings->items[i].severity;
	return worst;
}
