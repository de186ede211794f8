
/* Organisations: their names, and what threads know of them. */

#ifndef LOGIN_ORG_H
#define LOGIN_ORG_H


/*
 * The form in which accounts have it: as login_username_normalise() makes
 * other names, so that "Acme" and "ACME" are "acme".  LOGIN_NO: nobody can
 * have it, as what "org/username" or a list in the configuration would be
 * read wrongly with.  "dst" has room for LOGIN_USERNAME_MAX.
 */
login_result_e login_org_normalise(u_char *dst, size_t *len, login_str_t in);


typedef struct {
    login_str_t      name;
    login_str_t      title;     /* empty: it was not declared */
    login_str_t      region;    /* URL of its portal; empty: each */
    unsigned         password;  /* 0: single sign-on only */
    login_str_t      providers; /* titles, "A, B"; empty: there are none */
    login_mfa_e      mfa;
    uint64_t         trust;     /* s that a browser is trusted; 0: none is */
    login_limits_t   limits;
    login_rules_t    rules;

    /* not copied; NULL: as it is for all */
    const login_mail_templates_t  *mails;
} login_org_t;

/* All of them; constant, and for a thread that outlives what it is of. */
typedef struct login_orgs_s  login_orgs_t;


/* A copy, also of the strings.  NULL: no memory. */
login_orgs_t *login_orgs_create(const login_org_t *const *orgs, size_t n);

/* Another user, until it is destroyed once more. */
login_orgs_t *login_orgs_hold(const login_orgs_t *orgs);
void login_orgs_destroy(login_orgs_t *orgs);

/* NULL: it is not declared. */
const login_org_t *login_orgs_find(const login_orgs_t *orgs,
    login_str_t name);

/* Those that live where the portal of that URL is, in order. */
const login_org_t *login_orgs_next(const login_orgs_t *orgs, size_t *i,
    login_str_t portal);

/*
 * Who has that canonical name, in whatever organisation (with "passwords":
 * of those that have some): at most "max" ids, and in "*n" how many there
 * are.  It takes as long for each name.
 */
login_result_e login_orgs_people(u_char (*ids)[LOGIN_ID_LEN], size_t max,
    size_t *n, login_view_t *view, const login_orgs_t *orgs,
    login_str_t portal, login_str_t username, unsigned passwords);

/* All of them; NULL: there are no more. */
const login_org_t *login_orgs_at(const login_orgs_t *orgs, size_t i);

/*
 * The templates of a mail's organisation, and its title in the mail unless
 * there is one, both as they are now.  "orgs" may be NULL.
 */
const login_mail_templates_t *login_orgs_mail(const login_orgs_t *orgs,
    login_mail_t *mail, const login_mail_templates_t *otherwise);


/* login_org_file.c: beside the data, the names of those with accounts */

#define LOGIN_ORG_FILE      "orgs"
#define LOGIN_ORG_FILE_MAX  (1 << 20)

/*
 * Brings the file up to date: what it has already, "orgs" (may be NULL), and
 * "also" (may be empty), as far as somebody is in it.  No view is open.
 */
login_result_e login_org_note(login_view_t *view, const char *path,
    const login_orgs_t *orgs, login_str_t also);

/* What is in it, to be freed; empty where there is no file. */
login_result_e login_org_read(login_str_t *text, int dir);

/* Takes a line off "text".  0: there are no more. */
int login_org_next(login_str_t *text, login_str_t *line);


#endif /* LOGIN_ORG_H */
