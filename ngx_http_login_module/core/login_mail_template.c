
#include "login.h"

#include <string.h>


#define LOGIN_MAIL_DIRS  2

#define LOGIN_MAIL_VARIABLE(NAME, name, type, list)                           \
    { #name, LOGIN_VALUE_##type, list },


static login_result_e login_mail_compile_kind(
    login_mail_templates_t *templates, login_mail_kind_e kind,
    login_arena_t *arena, const char *const *dirs, size_t n,
    login_error_t *error);


static const login_variable_t  login_mail_variables[] = {
    LOGIN_MAIL_VARIABLES(LOGIN_MAIL_VARIABLE)
};

static const login_schema_t  login_mail_schema = {
    login_mail_variables, LOGIN_MAIL_VARS
};


login_result_e
login_mail_compile(login_mail_templates_t *templates, login_arena_t *arena,
    const char *const *dirs, size_t n, login_error_t *error)
{
    int              len;
    size_t           i, size;
    char            *dir;
    const char      *mail[LOGIN_MAIL_DIRS];
    login_result_e   rc;

    templates->locales = NULL;

    if (n > LOGIN_MAIL_DIRS) {
        return LOGIN_FAULT;
    }

    for (i = 0; i < n; i++) {
        size = strlen(dirs[i]) + sizeof("/mail");

        dir = login_arena_alloc(arena, size);
        if (dir == NULL) {
            login_error(error, "no memory for templates");
            return LOGIN_FAULT;
        }

        len = snprintf(dir, size, "%s/mail", dirs[i]);
        (void) len;

        mail[i] = dir;
    }

    rc = LOGIN_OK;

    for (i = 0; rc == LOGIN_OK && i < LOGIN_MAIL_KINDS; i++) {
        rc = login_mail_compile_kind(templates, (login_mail_kind_e) i, arena,
                                     mail, n, error);
    }

    return rc;
}


static login_result_e
login_mail_compile_kind(login_mail_templates_t *templates,
    login_mail_kind_e kind, login_arena_t *arena, const char *const *dirs,
    size_t n, login_error_t *error)
{
    u_char          *text;
    size_t           len;
    const char      *name;
    login_value_t    values[LOGIN_MAIL_VARS];
    login_result_e   rc;

    name = login_mail_kind_name(kind);

    rc = login_template_compile_as(&templates->text[kind],
                                   LOGIN_TEMPLATE_TEXT, arena,
                                   &login_mail_schema, dirs, n, name, error);

    if (rc == LOGIN_OK) {
        rc = login_template_compile(&templates->html[kind], arena,
                                    &login_mail_schema, dirs, n, name, error);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    memset(values, 0, sizeof(values));

    len = login_template_render(NULL, templates->text[kind], values,
                                &login_locale_english);

    text = login_arena_alloc(arena, len + 1);
    if (text == NULL) {
        login_error(error, "no memory for templates");
        return LOGIN_FAULT;
    }

    (void) login_template_render(text, templates->text[kind], values,
                                 &login_locale_english);

    if (!login_str_begins(login_str(text, len), LOGIN_MAIL_SUBJECT)) {
        login_error(error, "the template of mails \"%s.txt\" has to begin "
                    "with \"" LOGIN_MAIL_SUBJECT "\"", name);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}
