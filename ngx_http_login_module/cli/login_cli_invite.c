
/* "invite": the link that lets somebody register. */

#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_invite_start(login_cli_t *cli,
    login_cli_invite_t *invite, login_arena_t *arena);
static login_cli_status_e login_cli_invite_run(login_cli_t *cli,
    login_cli_invite_t *invite);
static login_cli_status_e login_cli_invite_one(login_cli_t *cli,
    const login_cli_invite_t *invite);
static login_cli_status_e login_cli_invite_shared(login_cli_t *cli,
    const login_cli_invite_t *invite);
static login_cli_status_e login_cli_invite_domains(login_cli_t *cli,
    char domains[LOGIN_LINK_TEXT_MAX + 1]);
static login_result_e login_cli_invite_once(login_cli_t *cli,
    login_invite_t *invite);


login_cli_status_e
login_cli_invite(login_cli_t *cli)
{
    unsigned             ways;
    login_arena_t       *arena;
    login_cli_invite_t   invite;
    login_cli_status_e   rc;

    ways = (cli->nargs != 0)
           + (login_cli_option(cli, "--file") != NULL)
           + (login_cli_option(cli, "--link") != NULL);

    if (ways != 1) {
        login_cli_error("one of a user name, \"--file\" and \"--link\" is "
                        "needed, see \"nginx-login invite --help\"");
        return LOGIN_CLI_USAGE;
    }

    if ((login_cli_option(cli, "--domain") != NULL)
        != (login_cli_option(cli, "--link") != NULL))
    {
        login_cli_error("\"--link\" and \"--domain\" go together");
        return LOGIN_CLI_USAGE;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_invite_start(cli, &invite, arena);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_invite_run(cli, &invite);
    }

    login_arena_destroy(arena);

    return rc;
}


/* What options and nginx say of all of them. */

static login_cli_status_e
login_cli_invite_start(login_cli_t *cli, login_cli_invite_t *invite,
    login_arena_t *arena)
{
    uint64_t             expires;
    const char          *value;
    login_policy_t       policy;
    login_cli_status_e   rc;

    memset(invite, 0, sizeof(login_cli_invite_t));

    rc = login_cli_fields(cli, &invite->fields, NULL);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_roles(cli, &invite->roles);
    }

    expires = LOGIN_INVITE_EXPIRES;
    value = login_cli_option(cli, "--expires");

    if (rc == LOGIN_CLI_DONE && value != NULL) {
        rc = login_cli_check_time(&expires, value);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (expires == 0) {
        login_cli_error("invalid time \"%s\", nobody could use the link",
                        value);
        return LOGIN_CLI_USAGE;
    }

    invite->expires = cli->now + expires;

    rc = login_cli_open(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_policy(cli, &policy, arena);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_portal(cli, &policy, &invite->portal);
    }

    invite->only = (rc == LOGIN_CLI_DONE && login_cli_only(cli, &policy));
    invite->relay = (rc == LOGIN_CLI_DONE && policy.mail.len != 0);
    invite->mail = invite->relay
                   && login_cli_option(cli, "--no-mail") == NULL;

    return rc;
}


static login_cli_status_e
login_cli_invite_run(login_cli_t *cli, login_cli_invite_t *invite)
{
    const char  *file;

    file = login_cli_option(cli, "--file");

    if (file != NULL) {
        return login_cli_invite_file(cli, invite, file);
    }

    if (login_cli_option(cli, "--link") != NULL) {
        return login_cli_invite_shared(cli, invite);
    }

    return login_cli_invite_one(cli, invite);
}


static login_cli_status_e
login_cli_invite_one(login_cli_t *cli, const login_cli_invite_t *invite)
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    char                 why[LOGIN_CLI_WHY_SIZE];
    login_invite_t       made;
    login_cli_status_e   rc;

    rc = login_cli_username(username, cli->args[0]);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    login_cli_invite_set(cli, invite, &made, username);

    rc = login_cli_invite_make(cli, &made, why);

    if (rc == LOGIN_CLI_REFUSED) {
        login_cli_error("%s", why);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (cli->json) {
        rc = login_cli_json(login_cli_invite_json(&made));

    } else {
        login_cli_say(cli, "%.*s", (int) made.len, (const char *) made.url);
    }

    login_wipe(&made, sizeof(login_invite_t));

    return rc;
}


void
login_cli_invite_set(const login_cli_t *cli,
    const login_cli_invite_t *invite, login_invite_t *made,
    const char *username)
{
    memset(made, 0, sizeof(login_invite_t));

    made->org = cli->org;
    made->username = login_cstr(username);
    made->portal = invite->portal;
    made->mail = invite->mail;
    made->only = invite->only;
    made->now = cli->now;
    made->expires = invite->expires;

    if (invite->fields.name != NULL) {
        made->name = login_cstr(invite->fields.name);
    }

    if (invite->fields.language != NULL) {
        made->language = login_cstr(invite->fields.language);
    }

    if (invite->roles.len != 0) {
        made->roles = login_str(invite->roles.data, invite->roles.len);
    }
}


login_cli_status_e
login_cli_invite_make(login_cli_t *cli, login_invite_t *invite,
    char why[LOGIN_CLI_WHY_SIZE])
{
    unsigned        tries;
    login_result_e  rc;

    rc = LOGIN_NO;
    invite->disabled = 0;

    for (tries = 0; tries < LOGIN_CLI_TRIES; tries++) {
        rc = login_cli_invite_once(cli, invite);

        if (rc != LOGIN_NO || invite->len == 0) {
            break;
        }
    }

    switch (rc) {

    case LOGIN_OK:
        return LOGIN_CLI_DONE;

    case LOGIN_NO:
        (void) snprintf(why, LOGIN_CLI_WHY_SIZE, "user \"%.*s\" %s",
                        (int) invite->username.len,
                        (const char *) invite->username.data,
                        tries == LOGIN_CLI_TRIES
                        ? "is being changed by others, try again"
                        : invite->disabled ? "is disabled"
                        : "has registered already");
        return LOGIN_CLI_REFUSED;

    default:
        return LOGIN_CLI_UNUSABLE;
    }
}


/*
 * LOGIN_NO with an URL: others changed it at the same time.  LOGIN_FAULT is
 * said here.
 */

static login_result_e
login_cli_invite_once(login_cli_t *cli, login_invite_t *invite)
{
    login_result_e    rc;
    login_account_t   account;
    login_changes_t  *changes;

    invite->len = 0;

    if (login_cli_view(cli) != LOGIN_CLI_DONE) {
        return LOGIN_FAULT;
    }

    changes = login_changes_create();

    rc = changes != NULL ? login_invite_make(changes, cli->view, invite)
                         : LOGIN_FAULT;

    if (rc == LOGIN_FAULT) {
        (void) login_cli_fault();
    }

    if (rc != LOGIN_OK) {
        login_view_end(cli->view);
        login_changes_destroy(changes);
        return rc;
    }

    memset(&account, 0, sizeof(login_account_t));

    account.org = invite->org;
    account.username = invite->username;
    memcpy(account.id, invite->account, LOGIN_ID_LEN);

    login_cli_event(cli, changes, &account, LOGIN_LOG_ACCOUNT_INVITED, NULL);

    login_view_end(cli->view);

    return login_cli_commit(cli, changes);
}


json_t *
login_cli_invite_json(const login_invite_t *invite)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:b}",
                     "username", login_cli_json_str(invite->username),
                     "org", login_cli_json_str(invite->org),
                     "url", login_cli_json_str(login_str(invite->url,
                                                         invite->len)),
                     "expires", login_cli_json_time(invite->expires),
                     "mailed", invite->mailed != 0);
}


/* A link that many may use: who opens it is asked for an address. */

static login_cli_status_e
login_cli_invite_shared(login_cli_t *cli, const login_cli_invite_t *invite)
{
    char                 domains[LOGIN_LINK_TEXT_MAX + 1];
    u_char               token[LOGIN_LINK_TOKEN_LEN];
    login_link_t         link;
    login_result_e       rc;
    login_changes_t     *changes;
    login_cli_status_e   status;

    if (!invite->relay) {
        login_cli_error("\"--link\" needs \"login_mail\" in nginx.conf: who "
                        "uses such a link gets a personal one by mail");
        return LOGIN_CLI_REFUSED;
    }

    status = login_cli_invite_domains(cli, domains);

    if (status == LOGIN_CLI_DONE) {
        status = login_cli_view(cli);
    }

    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    memset(&link, 0, sizeof(login_link_t));

    link.purpose = LOGIN_LINK_SHARED;
    link.created = cli->now;
    link.expires = invite->expires;
    link.org = cli->org;
    link.domains = login_cstr(domains);
    link.roles = login_str(invite->roles.data, invite->roles.len);

    changes = login_changes_create();

    rc = changes != NULL ? login_link_issue(changes, cli->view, &link, token)
                         : LOGIN_FAULT;

    if (rc == LOGIN_OK) {
        login_cli_event_link(cli, changes, LOGIN_LOG_INVITATION_LINK, domains);
    }

    login_view_end(cli->view);

    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return login_cli_fault();
    }

    if (login_cli_commit(cli, changes) != LOGIN_OK) {
        return LOGIN_CLI_UNUSABLE;
    }

    if (cli->json) {
        return login_cli_json(json_pack("{s:o, s:o, s:o}", "url",
                   json_sprintf("%.*sinvite/%.*s", (int) invite->portal.len,
                                (const char *) invite->portal.data,
                                (int) LOGIN_LINK_TOKEN_LEN,
                                (const char *) token),
                   "domains", login_cli_json_list(link.domains),
                   "expires", login_cli_json_time(link.expires)));
    }

    login_cli_say(cli, "%.*sinvite/%.*s", (int) invite->portal.len,
                  (const char *) invite->portal.data,
                  (int) LOGIN_LINK_TOKEN_LEN, (const char *) token);

    return LOGIN_CLI_DONE;
}


/* As they are in usernames: A-labels in lower case. */

static login_cli_status_e
login_cli_invite_domains(login_cli_t *cli,
    char domains[LOGIN_LINK_TEXT_MAX + 1])
{
    char           address[LOGIN_USERNAME_MAX + 3];
    u_char         canonical[LOGIN_USERNAME_MAX];
    size_t         i, len, n;
    const char    *domain;

    len = 0;

    for (i = 0; ; ) {
        domain = login_cli_option_next(cli, "--domain", &i);
        if (domain == NULL) {
            break;
        }

        (void) snprintf(address, sizeof(address), "x@%s", domain);

        if (strchr(domain, '@') != NULL
            || strlen(domain) > LOGIN_USERNAME_MAX
            || login_username_normalise(canonical, &n, login_cstr(address))
               != LOGIN_OK)
        {
            login_cli_error("invalid domain \"%s\"", domain);
            return LOGIN_CLI_REFUSED;
        }

        if (len + n > LOGIN_LINK_TEXT_MAX) {
            login_cli_error("too many domains");
            return LOGIN_CLI_REFUSED;
        }

        if (len != 0) {
            domains[len++] = ',';
        }

        memcpy(domains + len, canonical + 2, n - 2);
        len += n - 2;
    }

    domains[len] = '\0';

    return LOGIN_CLI_DONE;
}
