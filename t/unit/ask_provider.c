
/*
 * The relying party of the core as a program, for tests with providers that
 * others have written.
 *
 *   ask_provider ISSUER CLIENT_ID SECRET REDIRECT_URI
 *
 * SECRET is a secret, or a private key as PEM.  Each line on standard input
 * is a command, and is answered with one line:
 *
 *   start             the URL to send a browser to
 *   callback QUERY    "ok SUBJECT USERNAME NAME ROLES", or "no KIND WHY"
 *   logout TOKEN      "ok SUBJECT", or the same
 *   later SECONDS     the clock goes on
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>





typedef struct {
    login_rp_conf_t         conf;
    login_rp_t             *rp;
    login_http_t           *http;
    const char             *redirect_uri;
    uint64_t                later;
    char                    state[64];
    char                    nonce[64];
    char                    verifier[64];
} asker_t;


static const char *const  kinds[] = {
    "well", "down", "refused", "untrusted", "clock", "claims"
};


static uint64_t
now(const asker_t *asker)
{
    return (uint64_t) time(NULL) + asker->later;
}


static void
draw(char *text)
{
    size_t  len;
    u_char  bytes[LOGIN_SECRET_LEN];

    if (login_random(bytes, sizeof(bytes)) != LOGIN_OK) {
        exit(1);
    }

    len = login_base64url_encode((u_char *) text,
                                 login_str(bytes, sizeof(bytes)));
    text[len] = '\0';
}


static void
no(login_result_e rc, const login_rp_failure_t *failure)
{
    if (rc == LOGIN_FAULT) {
        printf("fault\n");
        return;
    }

    printf("no %s %s\n", kinds[failure->kind], failure->error.text);
}


static void
start(asker_t *asker)
{
    u_char                   url[4096];
    login_encoder_t          e = { url, url + sizeof(url), 0 };
    login_result_e           rc;
    login_rp_failure_t       failure;
    login_oidc_request_t     request;
    const login_rp_known_t  *known;

    rc = login_rp_know(&known, asker->rp, asker->http, NULL, now(asker),
                       &failure);
    if (rc != LOGIN_OK) {
        no(rc, &failure);
        return;
    }

    draw(asker->state);
    draw(asker->nonce);
    draw(asker->verifier);

    memset(&request, 0, sizeof(request));
    request.client_id = asker->conf.client_id;
    request.redirect_uri = login_cstr(asker->redirect_uri);
    request.scope = login_cstr("openid email profile groups");
    request.state = login_cstr(asker->state);
    request.nonce = login_cstr(asker->nonce);
    request.verifier = login_cstr(asker->verifier);
    request.max_age = LOGIN_JSON_NONE;

    rc = login_oidc_authorize(&e, known->metadata.authorization, &request);
    login_rp_forget(asker->rp, known);

    if (rc != LOGIN_OK || e.failed) {
        printf("fault\n");
        return;
    }

    printf("%.*s\n", (int) (e.pos - url), (char *) url);
}


/* What the module has to do before it asks the provider anything. */

static login_result_e
check(asker_t *asker, char *query, login_oidc_answer_t *answer,
    login_rp_failure_t *failure)
{
    char                     why[64];
    login_form_t             form;
    login_result_e           rc;
    const login_rp_known_t  *known;

    if (login_form_parse(&form, (u_char *) query, strlen(query)) != LOGIN_OK
        || login_oidc_answer(answer, &form) != LOGIN_OK)
    {
        return login_rp_fail(failure, LOGIN_RP_UNTRUSTED, "answer",
                             login_oidc_text(LOGIN_OIDC_ANSWER));
    }

    if (asker->state[0] == '\0'
        || !login_str_eq(answer->state, login_cstr(asker->state)))
    {
        return login_rp_fail(failure, LOGIN_RP_UNTRUSTED, "answer",
                             login_oidc_text(LOGIN_OIDC_NONCE));
    }

    rc = login_rp_know(&known, asker->rp, asker->http, NULL, now(asker),
                       failure);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_oidc_answer_issuer(answer, &known->metadata);
    login_rp_forget(asker->rp, known);

    if (rc != LOGIN_OK) {
        return login_rp_fail(failure, LOGIN_RP_UNTRUSTED, "answer",
                             login_oidc_text(LOGIN_OIDC_ISSUER));
    }

    if (answer->error.len > 0) {
        snprintf(why, sizeof(why), "is %.*s", (int) answer->error.len,
                 (const char *) answer->error.data);
        return login_rp_fail(failure, LOGIN_RP_REFUSED, "answer", why);
    }

    return LOGIN_OK;
}


static void
callback(asker_t *asker, char *query)
{
    login_result_e        rc;
    login_rp_signin_t     s;
    login_rp_failure_t    failure;
    login_oidc_answer_t   answer;

    memset(&s, 0, sizeof(s));

    rc = check(asker, query, &answer, &failure);

    if (rc == LOGIN_OK) {
        s.code = answer.code;
        s.redirect_uri = login_cstr(asker->redirect_uri);
        s.verifier = login_cstr(asker->verifier);
        s.nonce = login_cstr(asker->nonce);
        s.max_age = LOGIN_JSON_NONE;

        rc = login_rp_signin(&s, asker->rp, asker->http, now(asker),
                             &failure);
    }

    if (rc == LOGIN_OK) {
        printf("ok %.*s %.*s %.*s %.*s\n",
               (int) s.identity.subject.len, s.identity.subject.data,
               (int) s.person.username_len, s.person.username,
               (int) s.person.name.len, s.person.name.data,
               (int) s.person.roles_len, s.person.roles);
    } else {
        no(rc, &failure);
    }

    login_rp_signin_free(&s);
}


static void
logout(asker_t *asker, const char *token)
{
    login_result_e        rc;
    login_rp_failure_t    failure;
    login_oidc_logout_t   l;

    rc = login_rp_logout(&l, login_cstr(token), asker->rp, asker->http,
                         now(asker), &failure);

    if (rc == LOGIN_OK) {
        printf("ok %.*s\n", (int) l.subject.len, l.subject.data);
    } else {
        no(rc, &failure);
    }

    login_oidc_logout_free(&l);
}


static void
command(asker_t *asker, char *line)
{
    char  *argument;

    argument = strchr(line, ' ');
    argument = argument != NULL ? argument + 1 : line + strlen(line);

    if (strcmp(line, "start") == 0) {
        start(asker);

    } else if (strncmp(line, "callback ", 9) == 0) {
        callback(asker, argument);

    } else if (strncmp(line, "logout ", 7) == 0) {
        logout(asker, argument);

    } else if (strncmp(line, "later ", 6) == 0) {
        asker->later += (uint64_t) atoi(argument);
        printf("ok\n");

    } else {
        printf("fault\n");
    }
}


int
main(int argc, char **argv)
{
    char              *line;
    size_t             room;
    ssize_t            n;
    asker_t            asker;
    login_http_conf_t  http;

    if (argc != 5) {
        fprintf(stderr, "usage: ask_provider ISSUER CLIENT_ID SECRET "
                "REDIRECT_URI\n");
        return 2;
    }

    memset(&asker, 0, sizeof(asker));
    memset(&http, 0, sizeof(http));

    login_json_init();

    if (login_http_init() != LOGIN_OK) {
        return 1;
    }

    http.connect = 60000;
    http.total = 60000;

    asker.conf.issuer = login_cstr(argv[1]);
    asker.conf.client_id = login_cstr(argv[2]);
    asker.conf.secret = login_cstr(argv[3]);
    asker.redirect_uri = argv[4];

    asker.conf.claims.username = "email";
    asker.conf.claims.name = "name";
    asker.conf.claims.roles = "groups";

    asker.http = login_http_create(&http);
    asker.rp = login_rp_create(&asker.conf);

    if (asker.http == NULL || asker.rp == NULL) {
        return 1;
    }

    line = NULL;
    room = 0;

    while ((n = getline(&line, &room, stdin)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        command(&asker, line);
        fflush(stdout);
    }

    free(line);
    login_rp_destroy(asker.rp);
    login_http_destroy(asker.http);

    return 0;
}
