
/*
 * The one header of the module's nginx side: its configuration, what it
 * knows of a request, and the functions that the files share.  Who may
 * enter is decided in core/.
 */

#ifndef NGX_HTTP_LOGIN_MODULE_H
#define NGX_HTTP_LOGIN_MODULE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>

#include "core/login.h"
#include "ngx_http_login_compat.h"


#pragma GCC visibility push(hidden)


/* Values of "login". */
#define NGX_HTTP_LOGIN_OFF       0
#define NGX_HTTP_LOGIN_ON        1
#define NGX_HTTP_LOGIN_OPTIONAL  2

/* Values of "login_redirect". */
#define NGX_HTTP_LOGIN_AUTO      2

/* Values of "samesite=" of "login_cookie". */
#define NGX_HTTP_LOGIN_LAX       0
#define NGX_HTTP_LOGIN_STRICT    1
#define NGX_HTTP_LOGIN_NONE      2

/* Values of "mfa" of "login_org". */
#define NGX_HTTP_LOGIN_MFA_OFF       0
#define NGX_HTTP_LOGIN_MFA_OPTIONAL  1
#define NGX_HTTP_LOGIN_MFA_REQUIRED  2

/* What a session lacks at a gate: "?need=" of the sign-in page. */
#define NGX_HTTP_LOGIN_NEED_NONE   0
#define NGX_HTTP_LOGIN_NEED_LOGIN  1    /* to sign in once more */
#define NGX_HTTP_LOGIN_NEED_MFA    2    /* a second factor */

#define NGX_HTTP_LOGIN_BODY_MAX  16384

/* Tabs of a browser that may be at a provider at once. */
#define NGX_HTTP_LOGIN_STATES  5

#define ngx_http_login_str(s)    login_str((s)->data, (s)->len)

#define NGX_HTTP_LOGIN_GONE           410
#define NGX_HTTP_LOGIN_UNPROCESSABLE  422
#define NGX_HTTP_LOGIN_TOO_EARLY      425


/* Where people sign in, as the configuration has it. */
typedef struct {
    ngx_str_t                    url;       /* also the realm */
    login_url_t                  parsed;
    ngx_http_core_srv_conf_t    *server;    /* NULL: not of this nginx */
} ngx_http_login_portal_t;


typedef struct {
    ngx_str_t                    data;
    ngx_str_t                    name;      /* below "assets/" */
    ngx_str_t                    type;
} ngx_http_login_asset_t;


/* "login_mail" */
typedef struct {
    ngx_str_t                    url;       /* all of it as it was written */
    ngx_str_t                    from;
    ngx_str_t                    user;
    ngx_str_t                    password_file;
    ngx_uint_t                   starttls;
    ngx_uint_t                   tls;       /* smtps:// */

    login_relay_t                relay;
    login_mail_sender_t          sender;
    char                         field[LOGIN_MAIL_FIELD_MAX];
    char                         address[LOGIN_USERNAME_MAX + 1];
} ngx_http_login_mail_t;


/* What http and "login_org" can set: a line of the latter replaces it. */
typedef struct {
    time_t                       idle;
    time_t                       lifetime;
    ngx_flag_t                   persistent;
    time_t                       trust;     /* 0: no browser is trusted */

    ngx_int_t                    password_min;
    ngx_int_t                    password_max;
    ngx_int_t                    password_score;
    ngx_str_t                    blocklist;

    ngx_str_t                    templates;

    /* set when the configuration has been read */

    ngx_uint_t                   own_min;   /* "min" was set */
    login_template_t           **pages;     /* LOGIN_PAGES of them */
    login_mail_templates_t      *mails;     /* NULL: nothing is mailed */
    login_locales_t             *locales;   /* the texts of both */
    ngx_http_login_asset_t       style;
    login_limits_t               limits;
    login_rules_t                rules;     /* for new passwords */
} ngx_http_login_terms_t;


/* "login_region" */
typedef struct {
    ngx_str_t                    name;
    ngx_str_t                    title;
    ngx_str_t                    url;       /* of its portal */
    login_url_t                  parsed;
} ngx_http_login_region_t;


/* "login_provider"; constant, and all of it outlives requests. */
typedef struct {
    ngx_str_t                    name;      /* as addresses have it */
    ngx_str_t                    title;
    ngx_str_t                    secret_file;
    ngx_str_t                    scope;
    ngx_array_t                 *domains;   /* of login_str_t */
    ngx_flag_t                   provision; /* 1: makes accounts */
    ngx_http_login_asset_t       icon;      /* without a name: none */
    u_char                      *file;      /* of the block, for errors */
    ngx_uint_t                   line;

    /*
     * Of the block, and when the configuration has been read, complete: the
     * secret, or the private key as PEM, is there when it is used.
     */
    login_rp_conf_t              rp;

    /* set when the configuration has been read */

    ngx_uint_t                   number;    /* from 0 */
    ngx_str_t                    origin;    /* of the issuer */
} ngx_http_login_provider_t;


/*
 * "login_org", or what is "default" without a block.  It is constant: who
 * has a request gets it from ngx_http_login_org_find().
 */
typedef struct {
    ngx_str_t                    name;      /* as accounts have it */
    ngx_str_t                    title;
    ngx_str_t                    contact;   /* empty: none */
    ngx_uint_t                   mfa;       /* NGX_HTTP_LOGIN_MFA_... */
    ngx_flag_t                   password;  /* 0: single sign-on only */
    ngx_http_login_terms_t       terms;

    ngx_str_t                    region_name;
    ngx_array_t                 *provider_names;    /* of ngx_str_t */
    ngx_uint_t                   declared;  /* has a block, here: */
    u_char                      *file;
    ngx_uint_t                   line;

    /* set when the configuration has been read */

    const ngx_http_login_region_t      *region;     /* NULL: any */
    const ngx_http_login_provider_t   **providers;  /* "nproviders" */
    ngx_uint_t                   nproviders;
    ngx_str_t                    origins;   /* theirs: " https://..." */
} ngx_http_login_org_t;


/* "login_app" */
typedef struct {
    ngx_str_t                    title;
    ngx_str_t                    url;
    ngx_str_t                    text;
    login_str_t                  letter;    /* stands for the icon */
    ngx_http_login_asset_t       icon;      /* empty: none */
    ngx_array_t                 *shown;     /* of one ..._require_t */
} ngx_http_login_app_t;


typedef struct ngx_http_login_worker_s  ngx_http_login_worker_t;
typedef struct ngx_http_login_mailer_s  ngx_http_login_mailer_t;
typedef struct ngx_http_login_memory_s  ngx_http_login_memory_t;
typedef struct ngx_http_login_network_s  ngx_http_login_network_t;


typedef struct {
    ngx_str_t                    store;
    size_t                       map_size;
    ngx_str_t                    key_file;
    ngx_http_login_terms_t       terms;

    ngx_int_t                    hash_threads;
    ngx_int_t                    hash_queue;
    size_t                       hash_memory;
    ngx_int_t                    hash_passes;

    ngx_array_t                 *orgs;      /* of ..._org_t * */
    ngx_array_t                 *regions;   /* of ..._region_t */
    ngx_array_t                 *providers; /* of ..._provider_t */
    ngx_array_t                 *apps;      /* of ..._app_t, or NULL */

    ngx_int_t                    limit_attempts;
    time_t                       limit_lockout;
    ngx_int_t                    limit_rate;
    size_t                       limit_zone;

    ngx_array_t                 *languages; /* of login_language_t */
    ngx_http_login_mail_t       *mail;      /* NULL: nothing is mailed */
    ngx_open_file_t             *log;
    ngx_syslog_peer_t           *syslog;    /* instead of "log" */

    /* set when the configuration has been read */

    ngx_uint_t                   used;      /* there is a gate or portal */
    ngx_uint_t                   caches;    /* and a "..._cache_path" */
    ngx_hash_t                   org_hash;
    ngx_hash_t                   provider_hash;     /* empty: there is none */
    const ngx_http_login_org_t  *org;       /* "default" */
    const ngx_http_login_org_t  *only;      /* NULL: several are declared */
    ngx_uint_t                   passwords; /* somebody may have one */
    login_orgs_t                *table;     /* the same for threads */
    login_limit_t                limit;
    ngx_shm_zone_t              *zone;      /* of the limit's counters */
    ngx_shm_zone_t              *counters;  /* of events */
    ngx_shm_zone_t              *publisher; /* see ..._publish.c */
    login_keyring_t             *ring;
    ngx_http_login_asset_t       script;
    ngx_http_login_asset_t       icon;
    ngx_array_t                  portals;   /* of ..._portal_t * */
    ngx_array_t                  cookies;   /* names to be cut, login_str_t */
    ngx_array_t                 *notes;     /* for the policy; then NULL */
    login_str_t                  policy;

    /* set when the process starts */

    ngx_http_login_worker_t     *worker;
} ngx_http_login_main_conf_t;


typedef struct {
    ngx_str_t                    portal_url;
    ngx_str_t                    cookie_name;
    ngx_str_t                    cookie_domain;
    ngx_uint_t                   cookie_samesite;
    ngx_array_t                 *return_hosts;      /* of ngx_str_t */

    ngx_uint_t                   gates;     /* locations with a gate */
    ngx_uint_t                   forwards;  /* and "login_forward_auth" */
    ngx_str_t                    own;       /* name of the portal's location */
    u_char                      *own_file;
    ngx_uint_t                   own_line;

    /* set when the configuration has been read */

    ngx_uint_t                   number;    /* of the server */
    ngx_http_login_portal_t     *portal;
    login_str_t                 *hosts;     /* return hosts */
    size_t                       nhosts;
    login_str_t                  session_cookie;    /* full names */
    login_str_t                  browser_cookie;
    login_str_t                  link_cookie;
    login_str_t                  language_cookie;
    login_str_t                  trust_cookie;
    login_str_t                  flow_cookies[LOGIN_FLOWS_MAX];
    login_str_t                  org_cookie;
    login_str_t                  last_cookie;
    login_str_t                  hint_cookie;
    login_str_t                  state_cookies[NGX_HTTP_LOGIN_STATES];
    ngx_str_t                    csp;
    ngx_str_t                    frame_csp; /* of what may be in a frame */
    size_t                       forms;     /* both up to "form-action ..." */
} ngx_http_login_srv_conf_t;


/* One line of "login_require"; a list that is not there asks nothing. */
typedef struct {
    ngx_array_t                 *orgs;      /* of ngx_str_t, as are all */
    ngx_array_t                 *roles;
    ngx_array_t                 *users;
    time_t                       max_age;
    ngx_uint_t                   mfa;
    ngx_str_t                    text;      /* as it was written */
    u_char                      *file;      /* of the line, for errors */
    ngx_uint_t                   line;
} ngx_http_login_require_t;


/* "login_forward_auth" */
typedef struct {
    ngx_array_t                  from;      /* of ngx_cidr_t */
    u_char                      *file;
    ngx_uint_t                   line;
} ngx_http_login_forward_t;


typedef struct ngx_http_login_loc_conf_s  ngx_http_login_loc_conf_t;

struct ngx_http_login_loc_conf_s {
    ngx_uint_t                   gate;      /* NGX_HTTP_LOGIN_... */
    ngx_uint_t                   redirect;
    ngx_array_t                 *require;   /* of ..._require_t */
    ngx_flag_t                   portal;
    ngx_flag_t                   status;
    ngx_http_login_forward_t    *forward;
    ngx_uint_t                   depth;     /* 1: server, 2: its locations */
    ngx_http_login_loc_conf_t   *outer;     /* of a portal, forward, status */
    ngx_http_core_loc_conf_t    *clcf;
};


/* Who is at the other end, copied from the store for one request. */
typedef struct {
    login_ticket_t               ticket;
    uint64_t                     state;     /* the store's, when read */
    uint64_t                     expires;   /* 0: no end */
    unsigned                     methods;
    unsigned                     shared;
    u_char                       session[LOGIN_ID_LEN];
    const ngx_http_login_org_t  *rules;     /* those of its organisation */
    ngx_str_t                    principal; /* the only text that is not own */
    ngx_str_t                    org;
    ngx_str_t                    username;
    ngx_str_t                    name;
    ngx_str_t                    email;
    ngx_str_t                    language;
    ngx_str_t                    roles;
    ngx_str_t                    provider;  /* empty: none */
} ngx_http_login_identity_t;


typedef struct ngx_http_login_task_s  ngx_http_login_task_t;

/* Finalizes the request; "form" lives as long as that. */
typedef void (*ngx_http_login_form_pt)(ngx_http_request_t *r,
    const login_form_t *form);


typedef struct {
    ngx_int_t                    refusal;   /* status, 0: none */
    unsigned                     need:2;    /* NGX_HTTP_LOGIN_NEED_... */
    unsigned                     portal:1;  /* this response is our own */
    unsigned                     cacheable:1;   /* and may be kept for good */
    unsigned                     replaced:1;    /* "body" was sent */
    unsigned                     framed:1;  /* may be shown in a frame */
    ngx_chain_t                 *body;      /* takes the place of another */
    uint64_t                     retry;     /* s to wait, with 429 */
    ngx_http_login_task_t       *task;      /* came back */
    login_form_t                *form;
    ngx_http_login_form_pt       handler;   /* of the form */
    login_asked_t               *asked;     /* of another server */
    const login_strength_t      *weak;      /* a password that is refused */
} ngx_http_login_ctx_t;


/*
 * What our cookies say.  Anchored at the pool of the main request: an
 * internal redirect wipes contexts, and the cookies are cut out by then.
 * Only facts are kept; whether they grant anything is asked each time.
 */
typedef struct {
    login_str_t                  session;   /* the cookies' values */
    login_str_t                  browser;
    login_str_t                  link;
    login_str_t                  language;
    login_str_t                  org;       /* of several: the last one */
    login_str_t                  token;     /* was in the address */
    login_str_t                  trust;     /* these of the portal's */
    login_str_t                  last;      /* provider */
    login_str_t                  hint;
    login_str_t                  flows[LOGIN_FLOWS_MAX];
    login_str_t                  states[NGX_HTTP_LOGIN_STATES];

    unsigned                     checked:1; /* "ticket" was looked at */
    unsigned                     genuine:1; /* and is ours */
    unsigned                     known:1;   /* "identity" is set */
    unsigned                     told:1;    /* or was, once */
    unsigned                     reissued:1;
    unsigned                     personal:1;    /* a gate let it through */
    unsigned                     valid:1;   /* and was at some time */
    unsigned                     refused:1; /* by the gate, "refusal" */
    ngx_uint_t                   turn;      /* of "answer", 0: none */
    ngx_int_t                    answer;    /* who is it? */
    ngx_http_login_ctx_t        *owed;      /* refusal of "satisfy any" */
    login_log_kind_e             refusal;
    login_ticket_t               ticket;
    ngx_http_login_identity_t    identity;

    unsigned                     drawn:1;   /* "browser_id" is set */
    unsigned                     fresh:1;   /* and new to the browser */
    u_char                       browser_id[LOGIN_ID_LEN];
} ngx_http_login_visitor_t;


/* A page on its way. */
typedef struct {
    const ngx_http_login_terms_t  *terms;   /* templates and style */
    login_page_e                 page;
    ngx_uint_t                   status;
    login_reason_e               reason;
    ngx_uint_t                   language;  /* of those that are offered */
    login_value_t                values[LOGIN_VARS];
} ngx_http_login_page_t;


extern ngx_module_t  ngx_http_login_module;


/* Is anything mailed? */
#define ngx_http_login_mails(mcf)  ((mcf)->mail != NULL)


/* ngx_http_login_conf*.c, ngx_http_login_{resolve,reach,load}.c */

char *ngx_http_login_gate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_portal(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_session(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_hash(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_password(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_login_hosts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Does the value of a line begin with this? */
#define ngx_http_login_is(v, s)                                               \
    ((v)->len >= sizeof(s) - 1                                                \
     && ngx_strncmp((v)->data, s, sizeof(s) - 1) == 0)

ngx_int_t ngx_http_login_number(ngx_conf_t *cf, ngx_str_t *value,
    size_t prefix, ngx_int_t min, ngx_int_t max, ngx_int_t *number);
char *ngx_http_login_invalid(ngx_conf_t *cf, ngx_str_t *value);

void *ngx_http_login_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_login_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
char *ngx_http_login_merge_portal(ngx_conf_t *cf,
    ngx_http_login_loc_conf_t *conf);
void ngx_http_login_count_gate(ngx_conf_t *cf);

/* An error of a server as a whole, found when all has been read. */
#define ngx_http_login_server_error(cf, cscf, fmt, ...)                       \
    ngx_log_error(NGX_LOG_EMERG, (cf)->log, 0, fmt " in %s:%ui",              \
                  __VA_ARGS__, (cscf)->file_name, (cscf)->line)

ngx_int_t ngx_http_login_resolve(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* NGX_DECLINED: not the URL of a portal. */
ngx_int_t ngx_http_login_parse_portal(const ngx_str_t *url,
    login_url_t *parsed);
ngx_int_t ngx_http_login_reach(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_login_srv_conf_t *scf);
ngx_int_t ngx_http_login_load(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);


/* The folder that goes before the shipped one; NULL: there is none. */
#define ngx_http_login_own_pages(terms)                                       \
    ((terms)->templates.len ? (const char *) (terms)->templates.data : NULL)

/* ngx_http_login_load_asset.c: of one organisation, and of all */
ngx_int_t ngx_http_login_load_style(ngx_conf_t *cf,
    ngx_http_login_terms_t *terms);
ngx_int_t ngx_http_login_load_assets(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* A file as a whole; says what is wrong with it, and "mend" behind it. */
ngx_int_t ngx_http_login_read_file(ngx_conf_t *cf, const char *name,
    size_t max, const char *mend, ngx_file_info_t *fi, ngx_str_t *text);


/* ngx_http_login_{conf,load}_mail.c */

char *ngx_http_login_mail(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
ngx_int_t ngx_http_login_load_mail(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);


/* ngx_http_login_{conf_org,region,org}.c: organisations */

char *ngx_http_login_org(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_region(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* One of that name, of which nothing is set; NULL: no memory. */
ngx_http_login_org_t *ngx_http_login_org_add(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_str_t *name);

/* Nothing is set. */
void ngx_http_login_terms_create(ngx_http_login_terms_t *terms);

/* What is not set is as in "outer", or, without it, as it is by default. */
void ngx_http_login_terms_merge(ngx_http_login_terms_t *terms,
    const ngx_http_login_terms_t *outer);

/* What a line of "login_org" may say, once all has been read. */
ngx_int_t ngx_http_login_org_init(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* Checks what all locations require of them. */
ngx_int_t ngx_http_login_policy_require_orgs(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* The same for the command line. */
ngx_int_t ngx_http_login_policy_orgs(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, login_policy_t *policy);

/* Are there accounts of organisations that are not declared? */
void ngx_http_login_warn_orgs(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* What threads see of it, when files have been loaded as well. */
ngx_int_t ngx_http_login_org_table(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/*
 * By the name as accounts have it; NULL: it is not declared.  It allocates
 * nothing, and costs one look-up in a hash.
 */
const ngx_http_login_org_t *ngx_http_login_org_find(
    const ngx_http_login_main_conf_t *mcf, const void *name, size_t len);


/*
 * What somebody typed for it, in that form; as it was typed where no name is
 * like that.  Empty: nothing was, and there are several.
 */
login_str_t ngx_http_login_org_typed(ngx_http_request_t *r, login_str_t typed);


/* ngx_http_login_{conf_provider,provider,icon}.c: identity providers */

char *ngx_http_login_provider(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* What the lines of a block are worth together; before ..._org_init(). */
ngx_int_t ngx_http_login_provider_init(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* Their secrets. */
ngx_int_t ngx_http_login_load_providers(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* By the name as addresses and accounts have it; NULL: there is none. */
const ngx_http_login_provider_t *ngx_http_login_provider_find(
    const ngx_http_login_main_conf_t *mcf, const void *name, size_t len);

/* Of that name among those of the organisation; NULL: it has none such. */
const ngx_http_login_provider_t *ngx_http_login_org_provider(
    const ngx_http_login_org_t *org, const void *name, size_t len);

/* The icon of that name; NULL: there is none. */
const ngx_http_login_asset_t *ngx_http_login_provider_icon(
    const ngx_http_login_main_conf_t *mcf, const ngx_str_t *name);

/*
 * Reads an image for what a block or line is about: "provider" and its
 * title, "app" and its.  Says what is wrong with it.
 */
ngx_int_t ngx_http_login_load_icon(ngx_conf_t *cf,
    ngx_http_login_asset_t *icon, ngx_str_t *file, const char *what,
    const ngx_str_t *title);

/* ngx_http_login_conf_app.c, ngx_http_login_splash.c: tiles of "apps" */

char *ngx_http_login_app(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* What is only known when all has been read. */
ngx_int_t ngx_http_login_app_init(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* Those that this person is to see. */
ngx_int_t ngx_http_login_splash_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_identity_t *identity);

/* An icon by its name below "assets/"; NULL: there is none. */
const ngx_http_login_asset_t *ngx_http_login_app_icon(
    const ngx_http_login_main_conf_t *mcf, const ngx_str_t *name);


/* ngx_http_login_block.c: blocks that are directives of this module */

/* As "commands" have it, into "conf", until the block ends. */
char *ngx_http_login_block(ngx_conf_t *cf, ngx_command_t *commands,
    void *conf);

/* A text for people: not empty, well-formed UTF-8, one line. */
ngx_uint_t ngx_http_login_is_text(const ngx_str_t *s);

/*
 * To nginx, quotes are quotes at the beginning of a parameter only, so that
 * name="two words" comes in pieces: they are put together, without quotes, in
 * the last of them, and "*n" is its number then.
 */
ngx_int_t ngx_http_login_quoted(ngx_conf_t *cf, ngx_uint_t *n,
    const char *name);

extern ngx_conf_post_t  ngx_http_login_not_empty_post;


/* ngx_http_login_load_language.c */

char *ngx_http_login_languages(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* All that are shipped, where nothing was set. */
ngx_int_t ngx_http_login_init_languages(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);


/* ngx_http_login_language.c */

/* In which to answer, by its number. */
ngx_uint_t ngx_http_login_language(ngx_http_request_t *r);

/* The same with its texts. */
#define ngx_http_login_locale(page)                                           \
    (&(page)->terms->locales->locales[(page)->language])

/* What the list of languages shows, on a page that is all filled. */
ngx_int_t ngx_http_login_language_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page);

void ngx_http_login_language_form(ngx_http_request_t *r,
    const login_form_t *form);


/* ngx_http_login_mail.c: the thread that sends */

void ngx_http_login_mail_start(ngx_http_login_worker_t *worker);

/* NGX_BUSY: it is at work; its thread must find everything as it is. */
ngx_int_t ngx_http_login_mail_stop(ngx_http_login_worker_t *worker);


/* ngx_http_login_policy.c: what is guarded, for the command line */

/* Called for each location when it is merged, outer ones first. */
ngx_int_t ngx_http_login_policy_note(ngx_conf_t *cf,
    ngx_http_login_loc_conf_t *outer, ngx_http_login_loc_conf_t *conf);
ngx_int_t ngx_http_login_policy(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/* ngx_http_login_policy_list.c */

ngx_int_t ngx_http_login_policy_require(ngx_conf_t *cf,
    ngx_array_t *conditions, login_strings_t *list);
ngx_int_t ngx_http_login_policy_methods(ngx_conf_t *cf,
    ngx_http_core_loc_conf_t *clcf, login_strings_t *list);

/* ngx_http_login_publish.c */

void ngx_http_login_publish(ngx_http_login_worker_t *worker);

/*
 * Before and after what a worker reads of the store for no request.
 * NGX_DECLINED: not at its start, the one before may have died of it.
 */
typedef enum {
    NGX_HTTP_LOGIN_PUBLISHING = 0,
    NGX_HTTP_LOGIN_WARMING,
    NGX_HTTP_LOGIN_READINGS
} ngx_http_login_reading_e;

ngx_int_t ngx_http_login_reading(ngx_http_login_worker_t *worker,
    ngx_http_login_reading_e what, ngx_uint_t start);
void ngx_http_login_has_read(ngx_http_login_worker_t *worker,
    ngx_http_login_reading_e what);


/* ngx_http_login_zone.c: a page that workers share, kept over reloads */

ngx_shm_zone_t *ngx_http_login_zone(ngx_conf_t *cf, const char *name);


/* ngx_http_login_warm.c: brings the store into memory, once */

void ngx_http_login_warm(ngx_http_login_worker_t *worker, ngx_uint_t start);


/* ngx_http_login_sweep.c: what is kept of events, and no longer */

void ngx_http_login_sweep(ngx_http_login_worker_t *worker);


/* ngx_http_login_watch.c: says in the log what the store is like */

typedef struct {
    ngx_uint_t                   level;     /* last told; 0: well */
    time_t                       time;
} ngx_http_login_alarm_t;

void ngx_http_login_watch(ngx_http_login_worker_t *worker, ngx_log_t *log);


/* ngx_http_login_worker.c: what a process has of its own */

struct ngx_http_login_worker_s {
    login_store_t               *store;     /* NULL: can't be opened */
    login_view_t                *view;      /* of the event loop */
    login_crypto_t              *crypto;    /* of the event loop */
    ngx_http_login_memory_t     *memory;
    login_mailbox_t             *mailbox;
    login_pool_t                *hashers;
    login_pool_t                *writer;
    ngx_http_login_mailer_t     *mailer;    /* NULL: sends nothing */
    ngx_http_login_network_t    *network;   /* NULL: there is no provider */
    void                        *shared;    /* by the threads */
    ngx_connection_t            *connection;
    ngx_queue_t                  tasks;     /* that are not over */
    ngx_event_t                  tick;
    ngx_event_t                  leave;     /* gives up what waits */
    ngx_http_login_alarm_t       map_alarm;
    ngx_http_login_alarm_t       disk_alarm;
    ngx_http_login_alarm_t       reader_alarm;
    unsigned                     opening;   /* of the store, when logged */
    ngx_event_t                  turn;      /* posted: it has begun */
    ngx_uint_t                   turns;
    login_log_sweep_t            sweep;
    ngx_uint_t                   publishing;    /* times it was looked at */
    unsigned                     published:1;
    unsigned                     warmed:1;      /* or is being warmed */
    unsigned                     sweeping:1;    /* a thread does */
    const ngx_http_login_main_conf_t  *conf;
};

ngx_int_t ngx_http_login_init_process(ngx_cycle_t *cycle);
void ngx_http_login_exit_process(ngx_cycle_t *cycle);

/* NULL: there is no store now; answer 503. */
ngx_http_login_worker_t *ngx_http_login_get_worker(ngx_http_request_t *r);

/* The turn of the event loop, by its number, from 1 on. */
ngx_uint_t ngx_http_login_turn(ngx_http_login_worker_t *worker);


/* ngx_http_login_task.c: work in threads */

/* Runs in a thread: nothing of nginx, nothing of the request. */
typedef login_result_e (*ngx_http_login_run_pt)(void *data,
    login_view_t *view, login_hasher_t *hasher);

/* Runs on the loop when the thread is done; finalizes the request. */
typedef void (*ngx_http_login_done_pt)(ngx_http_request_t *r, void *data,
    login_result_e rc);

/* Asks a provider, in a thread of its own. */
typedef login_result_e (*ngx_http_login_ask_pt)(void *data, login_rp_t *rp,
    login_http_t *http);

struct ngx_http_login_task_s {
    login_job_t                  job;       /* first: see the mailbox */
    login_result_e               result;
    ngx_http_request_t          *request;   /* NULL: nobody waits */
    ngx_http_login_done_pt       done;
    ngx_http_login_run_pt        run;       /* of a hasher */
    ngx_http_login_ask_pt        ask;       /* of a provider */
    login_changes_t             *changes;   /* of the writer */
    void                        *data;      /* on the heap */
    void                       (*release)(void *data);
    login_pool_t                *pool;
    ngx_event_t                  timer;
    ngx_queue_t                  queue;     /* of the worker's tasks */
};

/*
 * All answer NGX_OK, NGX_BUSY (the queue is full), or NGX_ERROR.  With
 * NGX_OK "data" is released when the task is over, whatever happens to the
 * request; else it stays the caller's.
 */
ngx_int_t ngx_http_login_task_hash(ngx_http_request_t *r,
    ngx_http_login_run_pt run, ngx_http_login_done_pt done, void *data,
    void (*release)(void *data));

/* The same for who has no request: "r" is NULL then, also for "done". */
ngx_int_t ngx_http_login_task_read(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, ngx_http_login_run_pt run,
    ngx_http_login_done_pt done, void *data, void (*release)(void *data));

/* NGX_BUSY as well: more wait for this provider than may. */
ngx_int_t ngx_http_login_task_ask(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider, ngx_http_login_ask_pt ask,
    ngx_http_login_done_pt done, void *data, void (*release)(void *data));

/* Takes "changes" over in any case.  "r" may be NULL: nobody waits. */
ngx_int_t ngx_http_login_task_commit(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, login_changes_t *changes,
    ngx_http_login_done_pt done, void *data, void (*release)(void *data));

void ngx_http_login_task_come_back(ngx_http_login_worker_t *worker);

/* Requests whose task has not begun get their answer now; how many. */
ngx_uint_t ngx_http_login_task_give_up(ngx_http_login_worker_t *worker);


/* ngx_http_login_threads.c: see login_pool_conf_t */

/* What all threads of a process use. */
typedef struct {
    login_store_t               *store;
    login_keyring_t              ring;
    login_cost_t                 cost;
} ngx_http_login_shared_t;

void *ngx_http_login_start_hasher(void *data);
void *ngx_http_login_start_writer(void *data);
void ngx_http_login_stop_thread(void *context);
void ngx_http_login_prepare_writer(void *context);
void ngx_http_login_hash_run(void *context, login_job_t **jobs, size_t n);
void ngx_http_login_commit_run(void *context, login_job_t **jobs, size_t n);


/* ngx_http_login_network.c: providers, each with threads of its own */

/* Before any thread is started.  NGX_ERROR: no memory. */
ngx_int_t ngx_http_login_network_create(ngx_http_login_worker_t *worker);

/* What is known of a provider; NULL: no memory, or no threads. */
login_rp_t *ngx_http_login_network_rp(ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider);
login_pool_t *ngx_http_login_network_pool(ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider);

/* What is under way comes to nothing, soon. */
void ngx_http_login_network_stop(ngx_http_login_worker_t *worker);

/* NGX_BUSY: threads are at work. */
ngx_int_t ngx_http_login_network_end(ngx_http_login_worker_t *worker);


/* ngx_http_login_visitor.c: our cookies */

ngx_int_t ngx_http_login_post_read_handler(ngx_http_request_t *r);

/* NULL: no memory. */
ngx_http_login_visitor_t *ngx_http_login_visitor(ngx_http_request_t *r);


/* ngx_http_login_identity.c */

/*
 * Who asks?  NGX_OK with "*identity", valid for the request; NGX_DECLINED:
 * nobody whom we know; NGX_ERROR: can't be told now.
 */
ngx_int_t ngx_http_login_identify(ngx_http_request_t *r,
    const ngx_http_login_identity_t **identity);

/* The same for variables: while an event is handled, one answer. */
ngx_int_t ngx_http_login_identify_once(ngx_http_request_t *r,
    const ngx_http_login_identity_t **identity);

/* Its texts by number. */
#define NGX_HTTP_LOGIN_TEXTS  7

ngx_str_t *ngx_http_login_identity_text(ngx_http_login_identity_t *identity,
    ngx_uint_t i);

/* Moves the texts, wherever they are, to the request's own memory. */
ngx_int_t ngx_http_login_identity_keep(ngx_http_request_t *r,
    ngx_http_login_identity_t *identity);


/* ngx_http_login_memory.c */

/* NULL, also as a worker's memory: nothing is remembered. */
ngx_http_login_memory_t *ngx_http_login_memory_create(void);
void ngx_http_login_memory_destroy(ngx_http_login_memory_t *memory);

/* NGX_OK: the ticket is genuine, the identity as of its "state". */
ngx_int_t ngx_http_login_recall(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
void ngx_http_login_remember(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);


/* ngx_http_login_access.c, ngx_http_login_refuse.c: the gate */

ngx_int_t ngx_http_login_rewrite_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_login_access_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_login_precontent_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_login_verdict(ngx_http_request_t *r);

/* NULL: no memory. */
ngx_http_login_ctx_t *ngx_http_login_gate_ctx(ngx_http_request_t *r);

/* ngx_http_login_require.c */

char *ngx_http_login_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * Reads the names behind "prefix" bytes of a value into "*list" of "require".
 * NGX_DECLINED: there is one before it, or none of them is a name.
 */
ngx_int_t ngx_http_login_require_names(ngx_conf_t *cf,
    ngx_http_login_require_t *require, ngx_array_t **list, ngx_str_t *value,
    size_t prefix);
ngx_int_t ngx_http_login_require_orgs(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_array_t *conditions);
char *ngx_http_login_require_unused(ngx_conf_t *cf,
    const ngx_array_t *conditions);

/*
 * NGX_OK: all conditions of all lines are met; NGX_AGAIN: they would be with
 * "*need"; NGX_DECLINED: not by this account.
 */
ngx_int_t ngx_http_login_require_check(const ngx_array_t *conditions,
    const ngx_http_login_identity_t *identity, ngx_uint_t *need);


/* Gives a refusal its form: redirect, page or JSON in place of nginx's. */
ngx_int_t ngx_http_login_refuse(ngx_http_request_t *r,
    ngx_http_login_ctx_t *ctx);

/* The same for what nginx itself refused in the portal's location. */
ngx_int_t ngx_http_login_refuse_portal(ngx_http_request_t *r,
    ngx_http_login_ctx_t *ctx);
unsigned ngx_http_login_navigation(ngx_http_request_t *r);


/* ngx_http_login_cache.c */

/* Has the configuration a cache of responses? */
ngx_uint_t ngx_http_login_has_cache(ngx_conf_t *cf);

/* Is it the header that tells caches who asks?  From outside it is cut. */
ngx_uint_t ngx_http_login_is_mark(ngx_table_elt_t *h);

/* Adds it where somebody is signed in, or should be. */
ngx_int_t ngx_http_login_add_mark(ngx_http_request_t *r);

/* Makes what is kept the page of those with the same mark only. */
ngx_int_t ngx_http_login_vary(ngx_http_request_t *r);


/* ngx_http_login_forward.c: answers for other servers */

char *ngx_http_login_forward(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_merge_forward(ngx_conf_t *cf,
    ngx_http_login_loc_conf_t *conf);

/* The answer: NGX_OK, or the status of a refusal. */
ngx_int_t ngx_http_login_forward_check(ngx_http_request_t *r);

/* What another server was asked for; NULL: this one was. */
const login_asked_t *ngx_http_login_asked(ngx_http_request_t *r);

/* Does the client open a WebSocket? */
ngx_uint_t ngx_http_login_handshake(ngx_http_request_t *r);


/* ngx_http_login_filter.c */

ngx_int_t ngx_http_login_filter_init(ngx_conf_t *cf);


/* ngx_http_login_cookie.c: our Set-Cookie headers */

ngx_int_t ngx_http_login_set_session(ngx_http_request_t *r,
    login_str_t org, const login_ticket_t *ticket, unsigned shared);
ngx_int_t ngx_http_login_clear_session(ngx_http_request_t *r);
ngx_int_t ngx_http_login_set_browser(ngx_http_request_t *r,
    unsigned persistent);

/* The token of a link, until the browser closes; empty: no more. */
ngx_int_t ngx_http_login_set_link(ngx_http_request_t *r, login_str_t token);

/* The language that was chosen. */
ngx_int_t ngx_http_login_set_language(ngx_http_request_t *r,
    login_str_t tag);
/* Both for "age" seconds; 0: no more. */
ngx_int_t ngx_http_login_set_trust(ngx_http_request_t *r, login_str_t token,
    uint64_t age);
ngx_int_t ngx_http_login_set_flow(ngx_http_request_t *r, ngx_uint_t i,
    login_str_t text, uint64_t age);
ngx_int_t ngx_http_login_set_state(ngx_http_request_t *r, ngx_uint_t i,
    login_str_t text, uint64_t age);

/* The organisation that was signed in to last, and through which provider. */
ngx_int_t ngx_http_login_set_org(ngx_http_request_t *r, login_str_t token);
ngx_int_t ngx_http_login_set_last(ngx_http_request_t *r, login_str_t token);

/* An empty one takes it away. */
ngx_int_t ngx_http_login_set_hint(ngx_http_request_t *r, login_str_t text,
    ngx_uint_t persistent);

/* Takes back what was set: the answer is another one. */
void ngx_http_login_forget_cookies(ngx_http_request_t *r);


/* ngx_http_login_csrf.c */

/* The hidden field's value; sets the browser cookie where there is none. */
ngx_int_t ngx_http_login_csrf_make(ngx_http_request_t *r, login_str_t *csrf);

/*
 * NGX_OK: the browser came with a cookie of ours, "visitor->browser_id" is
 * what it says.  NGX_DECLINED: with none.
 */
ngx_int_t ngx_http_login_browser(ngx_http_request_t *r);

/* NGX_OK, NGX_DECLINED: not sent from our own page; NGX_ERROR. */
ngx_int_t ngx_http_login_csrf_check(ngx_http_request_t *r,
    const login_form_t *form);

/* The same for login_flow_step(). */
login_event_e ngx_http_login_form_event(ngx_http_request_t *r,
    const login_form_t *form);


/* ngx_http_login_notice.c: what was done on the page before */

/*
 * Answers 303 to a page below the portal, "account?", with something behind
 * that only this browser's pages take for a proof of what was done to the
 * account.
 */
ngx_int_t ngx_http_login_notice_leave(ngx_http_request_t *r,
    const char *page, const u_char account[LOGIN_ID_LEN]);

/* NGX_OK with "account"; call ngx_http_login_csrf_make() before. */
ngx_int_t ngx_http_login_notice_check(ngx_http_request_t *r,
    const login_form_t *query, u_char account[LOGIN_ID_LEN]);


/* ngx_http_login_headers.c: header lists of nginx */

ngx_table_elt_t *ngx_http_login_push_header(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);
ngx_int_t ngx_http_login_remove_header(ngx_list_t *list,
    ngx_list_part_t *part, ngx_uint_t i, ngx_pool_t *pool);
ngx_str_t *ngx_http_login_get_header(ngx_http_request_t *r,
    const char *name, ngx_uint_t *n);
ngx_int_t ngx_http_login_strip_identity(ngx_http_request_t *r);

/* A subrequest's own list of request headers, without those of identity. */
ngx_int_t ngx_http_login_own_headers(ngx_http_request_t *r);


/* ngx_http_login_return.c: return addresses */

/* Where to go after signing in: "target" if allowed, else the apps. */
ngx_int_t ngx_http_login_return_url(ngx_http_request_t *r,
    login_str_t target, const char *otherwise, ngx_str_t *url);

ngx_uint_t ngx_http_login_return_allowed(ngx_http_request_t *r,
    login_str_t target);

/* The path of this request, as it was asked for; may be empty. */
ngx_int_t ngx_http_login_return_path(ngx_http_request_t *r,
    login_str_t *path);

/* The return address of this request, percent-encoded; may be empty. */
ngx_int_t ngx_http_login_return_here(ngx_http_request_t *r, ngx_str_t *value);

/*
 * "portal?return_to=..." for this request; "more" like "switch=1&", or NULL:
 * without a return address.
 */
ngx_int_t ngx_http_login_signin_url(ngx_http_request_t *r, const char *more,
    ngx_str_t *url);

/* The same for the page that has this request in a frame, if it is known. */
ngx_int_t ngx_http_login_signin_top(ngx_http_request_t *r, ngx_str_t *url);


/* ngx_http_login_portal.c, ngx_http_login_body.c */

ngx_int_t ngx_http_login_portal_handler(ngx_http_request_t *r);

/* Takes the token of a link out of the address, if there is one. */
ngx_int_t ngx_http_login_portal_hide(ngx_http_request_t *r);

/* Reads the form, then calls "handler", which finalizes the request. */
ngx_int_t ngx_http_login_read_form(ngx_http_request_t *r,
    ngx_http_login_form_pt handler);

/* The query as a form; one that is malformed is empty. */
ngx_int_t ngx_http_login_read_query(ngx_http_request_t *r,
    login_form_t *query);

ngx_int_t ngx_http_login_signin_page(ngx_http_request_t *r);
void ngx_http_login_signin_form(ngx_http_request_t *r,
    const login_form_t *form);
ngx_int_t ngx_http_login_signin_leave(ngx_http_request_t *r,
    const login_form_t *form);

/* 403: what was sent belongs to no sign-in of this browser. */
ngx_int_t ngx_http_login_signin_over(ngx_http_request_t *r,
    const login_form_t *form);
ngx_int_t ngx_http_login_signin_wrong(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t locked);
ngx_int_t ngx_http_login_signin_throttled(ngx_http_request_t *r,
    const login_form_t *form, uint64_t wait, ngx_uint_t locked);

/* ngx_http_login_provider_page.c: buttons that lead to providers */

/*
 * Those of "org" (NULL: none), with what the form says of where to go and of
 * a shared computer; "first" (may be NULL) ahead of the others.
 */
ngx_int_t ngx_http_login_providers_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *first, const login_form_t *form);

/* Those of "org" (NULL: none) that the account is linked to, without links. */
ngx_int_t ngx_http_login_providers_linked(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_org_t *org,
    login_view_t *view, const u_char account[LOGIN_ID_LEN]);

/* Are there sign-ins with a password for whom it is about? */
void ngx_http_login_page_passwords(ngx_http_login_page_t *page,
    ngx_uint_t passwords);

/* ngx_http_login_options.c: which organisation it is */

/* The page shows the field, and this in it. */
void ngx_http_login_org_show(ngx_http_login_page_t *page, login_str_t org);

/* The same for what was typed, or else for what this browser had last. */
ngx_int_t ngx_http_login_org_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *form);

/* Notes it in the browser, where there are several. */
ngx_int_t ngx_http_login_org_remember(ngx_http_request_t *r,
    login_str_t org);

/* That again.  NGX_DECLINED: none, or none that is still there. */
ngx_int_t ngx_http_login_org_recall(ngx_http_request_t *r, login_str_t *org);

/* ngx_http_login_last.c: the provider that somebody signed in through last */

/* Beside the organisation, see ngx_http_login_org_remember(). */
ngx_int_t ngx_http_login_last_remember(ngx_http_request_t *r,
    login_str_t org, login_str_t provider);
ngx_int_t ngx_http_login_last_forget(ngx_http_request_t *r);

/* NGX_DECLINED: none that is still one of the organisation's. */
ngx_int_t ngx_http_login_last_find(ngx_http_request_t *r,
    const ngx_http_login_org_t **org,
    const ngx_http_login_provider_t **provider);

/* By what the sign-in page lets people in. */
ngx_int_t ngx_http_login_last_show(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *form);

/*
 * Sends people there who come without a session: see
 * ngx_http_login_sso_leave().  NGX_DECLINED: they see the page.
 */
ngx_int_t ngx_http_login_last_leave(ngx_http_request_t *r,
    const login_form_t *form);

/* A form's answer leads to the sign-in page: say "sso=off" there. */
ngx_uint_t ngx_http_login_last_stays(ngx_http_request_t *r);

ngx_int_t ngx_http_login_options_page(ngx_http_request_t *r);
void ngx_http_login_options_form(ngx_http_request_t *r,
    const login_form_t *form);

/* ngx_http_login_sso.c: single sign-on, to a provider and back */

/* How somebody leaves for it. */
typedef struct {
    const ngx_http_login_org_t       *org;
    const ngx_http_login_provider_t  *provider;
    login_str_t                       return_to;
    ngx_uint_t                        shared;   /* a shared computer */
    ngx_uint_t                        silent;   /* the provider asks nobody */
    ngx_uint_t                        anew;     /* it asks in any case */
    ngx_uint_t                        another;  /* account may be meant */
    uint64_t                          max_age;  /* or after that; 0: never */
} ngx_http_login_leave_t;

/*
 * Answers 303 to the provider.  NGX_DONE: that has to wait for what is to be
 * fetched from it; else for ngx_http_finalize_request().
 */
ngx_int_t ngx_http_login_sso_leave(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave);

/* ngx_http_login_sso_page.c: "sso/NAME" and what is below it */
ngx_int_t ngx_http_login_sso_page(ngx_http_request_t *r);

/* Of a provider, none of a person's. */
void ngx_http_login_sso_form(ngx_http_request_t *r, const login_form_t *form);

/* "sso/NAME" itself, asked for with GET. */
ngx_int_t ngx_http_login_sso_begin(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider);

/* The provider's redirect_uri, ending with a zero. */
ngx_int_t ngx_http_login_sso_callback_url(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider, login_str_t *url);

/* ngx_http_login_sso_state.c: cookies of who has left */

/* Takes the place of the oldest where there are too many. */
ngx_int_t ngx_http_login_state_keep(ngx_http_request_t *r,
    login_sso_state_t *state);

/* NGX_DECLINED: none of this browser has that id. */
ngx_int_t ngx_http_login_state_find(ngx_http_request_t *r, login_str_t id,
    login_sso_state_t *state, u_char plain[LOGIN_SSO_PLAIN_MAX],
    ngx_uint_t *place);

/* ngx_http_login_sso_{callback,create,arrival}.c: and back */

/* On the heap: a thread may be at it when the request is gone. */
typedef struct {
    login_rp_signin_t            rp;
    login_rp_failure_t           failure;
    login_str_t                  iss;       /* of the answer */
    login_sso_state_t            state;     /* its strings are in "plain" */
    login_sso_t                  sso;
    login_orgs_t                *orgs;      /* a reload takes others */
    ngx_http_login_leave_t       leave;     /* of the request, not for it */
    ngx_uint_t                   place;     /* of the state's cookie */
    ngx_uint_t                   users;     /* that release it */
    ngx_uint_t                   tries;
    u_char                       id[LOGIN_SSO_ID_TEXT];
    u_char                       nonce[LOGIN_SSO_DRAWN_TEXT];
    u_char                       verifier[LOGIN_SSO_DRAWN_TEXT];
    u_char                       plain[LOGIN_SSO_PLAIN_MAX];
    size_t                       len;
    u_char                       data[];
} ngx_http_login_arrival_t;

ngx_http_login_arrival_t *ngx_http_login_arrival_create(
    ngx_http_request_t *r, const ngx_http_login_provider_t *provider,
    const login_form_t *query);
void ngx_http_login_arrival_release(void *data);

/* Redeems the code.  NGX_DONE, or for ngx_http_finalize_request(). */
ngx_int_t ngx_http_login_arrival_redeem(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);

ngx_int_t ngx_http_login_sso_callback(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider);

/* ngx_http_login_sso_end.c: signs out at the provider as well */

/* Keeps what it may want for that in the browser. */
ngx_int_t ngx_http_login_sso_end_keep(ngx_http_request_t *r,
    const ngx_http_login_arrival_t *arrival);

/* Somebody who signs out, in the request's memory. */
typedef struct {
    const ngx_http_login_provider_t  *provider;     /* NULL: none */
    login_str_t                       hint;         /* empty: none */
} ngx_http_login_leaver_t;

/* Whose session it is; before it ends. */
ngx_int_t ngx_http_login_sso_end_begin(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity,
    ngx_http_login_leaver_t *leaver);

ngx_int_t ngx_http_login_sso_end_forget(ngx_http_request_t *r);

/* NGX_DONE: that has to wait; else for ngx_http_finalize_request(). */
ngx_int_t ngx_http_login_sso_end(ngx_http_request_t *r,
    const ngx_http_login_leaver_t *leaver);

/* ngx_http_login_sso_error.c: what went wrong, and what to try */

/*
 * "leave" may have no organisation.  "sso" says who it was, "detail" more
 * for the administrator; both may be NULL.
 */
ngx_int_t ngx_http_login_sso_error(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_reason_e reason,
    const login_sso_t *sso, const char *detail);

/* What a provider's thread brought back. */
ngx_int_t ngx_http_login_sso_failed(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_result_e rc,
    const login_rp_failure_t *failure);


/* ngx_http_login_region.c: where it lives */

ngx_int_t ngx_http_login_region_page(ngx_http_request_t *r);
void ngx_http_login_region_form(ngx_http_request_t *r,
    const login_form_t *form);

/* Are there any?  Then this leads to the page that asks for one. */
ngx_uint_t ngx_http_login_region_shown(ngx_http_request_t *r);
ngx_int_t ngx_http_login_region_ask(ngx_http_request_t *r,
    const login_form_t *form);

/* Its accounts are at the portal of another region.  "org" may be NULL. */
ngx_uint_t ngx_http_login_region_other(ngx_http_request_t *r,
    const ngx_http_login_org_t *org);

/* Leads to that portal, with what the form says of organisation and return. */
ngx_int_t ngx_http_login_region_leave(ngx_http_request_t *r,
    const ngx_http_login_region_t *region, const char *page,
    const login_form_t *form);
ngx_int_t ngx_http_login_region_invite(ngx_http_request_t *r,
    const ngx_http_login_org_t *org, login_str_t token);

/* ngx_http_login_account.c */

ngx_int_t ngx_http_login_account_page(ngx_http_request_t *r);
void ngx_http_login_account_form(ngx_http_request_t *r,
    const login_form_t *form);
ngx_int_t ngx_http_login_account_show(ngx_http_request_t *r,
    ngx_uint_t status, login_reason_e reason);
ngx_int_t ngx_http_login_account_changed(ngx_http_request_t *r,
    const login_renew_t *renew);

/* ngx_http_login_account_list.c: its sessions and events, and what was done */

ngx_int_t ngx_http_login_account_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *query);

/* ngx_http_login_account_edit.c: its forms but that of a new password */

/* NGX_DECLINED: it is none of these; NGX_DONE: the store is at it. */
ngx_int_t ngx_http_login_account_edit(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity);

/*
 * NGX_DECLINED: signed in late enough for a change; else the answer, which
 * asks for the password first.
 */
ngx_int_t ngx_http_login_edit_fresh(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity);

/* ngx_http_login_password.c: what forms with a new password have in common */

/* LOGIN_REASON_NONE: there is one, twice and the same. */
login_reason_e ngx_http_login_password_form(const login_form_t *form);

/* Pages of this request will tell what is wrong with it. */
ngx_int_t ngx_http_login_password_weak(ngx_http_request_t *r,
    const login_strength_t *strength);

/* What the fields of a new password show. */
ngx_int_t ngx_http_login_password_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page);

/* ngx_http_login_devices*.c: the second factor on the page "account" */

ngx_int_t ngx_http_login_devices_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_identity_t *identity);

/* Does the form remove a device?  Then "renew" learns which. */
void ngx_http_login_devices_target(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity,
    login_renew_t *renew);

/*
 * Another name for a device, an end to the trust in a browser, other recovery
 * codes.  NGX_DECLINED: the form is for none of them; NGX_DONE: the store is
 * at it.
 */
ngx_int_t ngx_http_login_devices_form(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity);

/* Back to the page, which shows what there is now. */
ngx_int_t ngx_http_login_devices_leave(ngx_http_request_t *r);

/* ngx_http_login_link.c: links with a token */

/*
 * Takes the token behind "len" bytes of the address out of it, so that it
 * comes into no log; "*token" stays empty without memory.
 */
void ngx_http_login_link_hide(ngx_http_request_t *r, size_t len,
    login_str_t *token);

/* The same for what was read of the query. */
void ngx_http_login_link_hide_query(ngx_http_request_t *r);

/* Keeps it in a cookie and answers 303 to a page below the portal. */
ngx_int_t ngx_http_login_link_follow(ngx_http_request_t *r,
    const char *page);
ngx_int_t ngx_http_login_link_invalid(ngx_http_request_t *r);
ngx_int_t ngx_http_login_link_inside(ngx_http_request_t *r);

/* ngx_http_login_forgot.c */

ngx_int_t ngx_http_login_forgot_page(ngx_http_request_t *r);
void ngx_http_login_forgot_form(ngx_http_request_t *r,
    const login_form_t *form);

/* ngx_http_login_reset.c */

ngx_int_t ngx_http_login_reset_link(ngx_http_request_t *r);
ngx_int_t ngx_http_login_reset_page(ngx_http_request_t *r);
void ngx_http_login_reset_form(ngx_http_request_t *r,
    const login_form_t *form);
ngx_int_t ngx_http_login_reset_show(ngx_http_request_t *r,
    ngx_uint_t status, login_reason_e reason);
ngx_int_t ngx_http_login_reset_leave(ngx_http_request_t *r,
    const login_renew_t *renew);

/* ngx_http_login_invite.c: from an invitation to the form that takes it */

ngx_int_t ngx_http_login_invite_link(ngx_http_request_t *r);
ngx_int_t ngx_http_login_register_page(ngx_http_request_t *r);

/* What becomes of an invitation that was used. */
ngx_int_t ngx_http_login_invite_used(ngx_http_request_t *r,
    login_str_t token);

/*
 * The page "register"; "form" has what was typed, if anything was, and
 * "strength", if it is there, is that of the password.
 */
ngx_int_t ngx_http_login_register_show(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason,
    const login_strength_t *strength);

ngx_int_t ngx_http_login_register_number(ngx_http_request_t *r,
    ngx_http_login_page_t *page, login_page_var_e var, size_t number);
void ngx_http_login_register_weak(ngx_http_login_page_t *page,
    const login_strength_t *strength);


/* ngx_http_login_invite_request.c: with a link that many have */

/* Is it one that is open?  As ngx_http_login_identify(). */
ngx_int_t ngx_http_login_invite_shared(ngx_http_request_t *r,
    login_str_t token);

ngx_int_t ngx_http_login_invite_request_page(ngx_http_request_t *r);
void ngx_http_login_invite_request_form(ngx_http_request_t *r,
    const login_form_t *form);
ngx_int_t ngx_http_login_invite_sent_page(ngx_http_request_t *r);


/* ngx_http_login_register.c: from there to the account and its session */

void ngx_http_login_register_form(ngx_http_request_t *r,
    const login_form_t *form);

ngx_int_t ngx_http_login_logout_page(ngx_http_request_t *r);
void ngx_http_login_logout_form(ngx_http_request_t *r,
    const login_form_t *form);

/* Where that leads, apart from a provider. */
ngx_int_t ngx_http_login_logout_leave(ngx_http_request_t *r);
ngx_int_t ngx_http_login_apps_page(ngx_http_request_t *r);
ngx_int_t ngx_http_login_session_json(ngx_http_request_t *r);
ngx_int_t ngx_http_login_asset(ngx_http_request_t *r);


/* ngx_http_login_throttle.c: the counters that all workers share */

/* An attempt that counts; on the heap, as what it belongs to. */
typedef struct {
    ngx_queue_t                  queue;     /* of those that are open */
    ngx_uint_t                   open;
    ngx_uint_t                   begun;     /* set by the thread */
    login_guess_t                guess;
    ngx_uint_t                   nkeys;
    login_limit_key_t            keys[3];
} ngx_http_login_throttle_t;

ngx_int_t ngx_http_login_throttle_zone(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);

/*
 * Takes from the counters before anything is tried.  NGX_OK: settle it when
 * it is over; NGX_DECLINED: refused for "*wait" seconds; NGX_ERROR.
 */
ngx_int_t ngx_http_login_throttle_take(ngx_http_login_throttle_t *throttle,
    uint64_t state, uint64_t *wait);
void ngx_http_login_throttle_settle(ngx_http_login_throttle_t *throttle,
    login_limit_outcome_e outcome);

/* The process ends: gives back what was never begun. */
void ngx_http_login_throttle_exit(void);


/* ngx_http_login_limit.c: what counts */

char *ngx_http_login_limit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* As ngx_http_login_throttle_take(), for a sign-in. */
ngx_int_t ngx_http_login_limit_signin(ngx_http_request_t *r,
    ngx_http_login_throttle_t *throttle, login_str_t org,
    login_str_t username, uint64_t *wait);

/*
 * Counts what needs no password as a failure of the network.  NGX_DECLINED:
 * too many, for "*wait" seconds.
 */
ngx_int_t ngx_http_login_limit_network(ngx_http_request_t *r,
    uint64_t *wait);

/* The same where it may succeed: the caller settles it. */
ngx_int_t ngx_http_login_limit_ask(ngx_http_request_t *r,
    ngx_http_login_throttle_t *throttle, uint64_t *wait);

/*
 * Settles it, once; "signin" says whose lock it leads to, or that it is
 * nobody's.  NGX_DECLINED: it is locked from now on, and nobody is to hear
 * of it before "*lock" is written; without "lock" it is written while nobody
 * waits.  NGX_ERROR: it could not be kept, and lasts as long as the memory.
 */
ngx_int_t ngx_http_login_limit_settle(ngx_http_login_throttle_t *throttle,
    login_limit_outcome_e outcome, const login_signin_t *signin,
    login_changes_t **lock);


/*
 * ngx_http_login_backchannel{,_end}.c: the provider says that somebody has
 * signed out
 */

/* On the heap: a thread may be at it when the request is gone. */
typedef struct {
    login_str_t                  token;
    login_str_t                  provider;
    login_str_t                  issuer;
    login_oidc_logout_t          logout;
    login_rp_failure_t           failure;
    login_orgs_t                *orgs;      /* a reload takes others */
    login_changes_t             *changes;
    size_t                       sessions;  /* that end */
    uint64_t                     now;
    ngx_http_login_throttle_t    throttle;
    ngx_uint_t                   users;     /* that release it */
    ngx_uint_t                   tries;
    u_char                       data[];
} ngx_http_login_backchannel_t;

void ngx_http_login_backchannel(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider, const login_form_t *form);
void ngx_http_login_backchannel_release(void *data);

/* A token that was verified.  NGX_DONE: threads are at it. */
ngx_int_t ngx_http_login_backchannel_find(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel);

/* The answer, for ngx_http_finalize_request(); "why" of a fault or NULL. */
ngx_int_t ngx_http_login_backchannel_done(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel);
ngx_int_t ngx_http_login_backchannel_refuse(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel, const char *why);
ngx_int_t ngx_http_login_backchannel_fault(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel, login_log_kind_e kind,
    const char *why);


/* ngx_http_login_log.c: security events, each where it is certain */

char *ngx_http_login_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* "event" (may be NULL) has what the request does not tell. */
void ngx_http_login_event(ngx_http_request_t *r, login_log_kind_e kind,
    login_log_event_t *event);
void ngx_http_login_event_form(ngx_http_request_t *r, login_log_kind_e kind,
    const login_form_t *form);

/* For who has just signed in; "r" may be NULL. */
void ngx_http_login_event_signin(ngx_http_request_t *r,
    login_log_kind_e kind, const login_signin_t *signin);

/* For what no request is about. */
void ngx_http_login_event_tell(login_log_kind_e kind,
    login_log_event_t *event);

/*
 * Adds the event to what "changes" write for the account, with what the
 * request tells; to be told by ngx_http_login_event() when that is done.
 */
void ngx_http_login_keep(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN], login_log_kind_e kind);

/* The gate refuses: an event when the request is over, the first alone. */
void ngx_http_login_refused(ngx_http_request_t *r, login_log_kind_e kind);
ngx_int_t ngx_http_login_log_handler(ngx_http_request_t *r);


/* ngx_http_login_status.c: counters of events, kept over reloads */

char *ngx_http_login_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_login_merge_status(ngx_conf_t *cf,
    ngx_http_login_loc_conf_t *conf);
void ngx_http_login_count(login_log_kind_e kind);


/* ngx_http_login_job.c: what forms have in common that a thread works on */

login_str_t ngx_http_login_user_agent(ngx_http_request_t *r);

/* Copies each of "from" to "dst", one after another, and returns the end. */
size_t ngx_http_login_job_len(const login_str_t *from, ngx_uint_t n);
u_char *ngx_http_login_job_copy(u_char *dst, login_str_t **to,
    const login_str_t *from, ngx_uint_t n);

/* The page "error"; without a text it was not begun, in all that time. */
ngx_int_t ngx_http_login_job_fault(ngx_http_request_t *r,
    const login_error_t *error);


/*
 * ngx_http_login_renew.c: from a new password, or a device to be removed, to
 * the page after it
 */

/* On the heap: a thread may be at it when the request is gone. */
typedef struct {
    login_renew_t                renew;
    login_state_e                state;
    ngx_http_login_throttle_t    throttle;
    login_orgs_t                *orgs;      /* a reload takes others */
    unsigned                     wrong;     /* the current password was */
    ngx_uint_t                   users;     /* tasks that release it */
    ngx_uint_t                   tries;
    size_t                       len;
    u_char                       data[];
} ngx_http_login_renew_t;

ngx_http_login_renew_t *ngx_http_login_renew_create(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity,
    login_str_t token, login_state_e state);

/*
 * For who is signed in, or, without an identity, has a link's token.
 * NGX_DONE: a thread is at it; else for ngx_http_finalize_request().
 */
ngx_int_t ngx_http_login_renew(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity,
    login_str_t token, login_state_e state);


/* ngx_http_login_attempt*.c: from a password to a session */

/* On the heap: a thread may be at it when the request is gone. */
typedef struct {
    login_signin_t               signin;
    login_state_e                state;
    ngx_http_login_throttle_t    throttle;
    login_orgs_t                *orgs;      /* a reload takes others */
    login_result_e               tried;     /* LOGIN_NO: was wrong */
    ngx_uint_t                   users;     /* tasks that release it */
    size_t                       len;
    u_char                       data[];
} ngx_http_login_attempt_t;

ngx_http_login_attempt_t *ngx_http_login_attempt_create(
    ngx_http_request_t *r, const login_form_t *form, login_state_e state);
void ngx_http_login_attempt_release(void *data);

/* NGX_DONE: a thread is at it; else for ngx_http_finalize_request(). */
ngx_int_t ngx_http_login_attempt(ngx_http_request_t *r,
    const login_form_t *form, login_state_e state);


/* ngx_http_login_flow.c: cookies between steps */

/* By "f" of the address.  NGX_DECLINED: none of this browser. */
ngx_int_t ngx_http_login_flow_find(ngx_http_request_t *r,
    login_flow_t *flow, ngx_uint_t *place);

/*
 * Both answer 303 to the page of "state"; the first in a place of its own.
 */
ngx_int_t ngx_http_login_flow_start(ngx_http_request_t *r,
    login_flow_t *flow, login_state_e state, login_str_t target);
ngx_int_t ngx_http_login_flow_go(ngx_http_request_t *r, login_flow_t *flow,
    ngx_uint_t place, login_state_e state, login_str_t target);

/*
 * Begins a flow of who is signed in, where one is due: "due" says what for.
 * NGX_DECLINED: nothing is; NGX_AGAIN: the password has to come first.
 */
ngx_int_t ngx_http_login_flow_step_up(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, login_flow_due_t *due,
    login_str_t target);

/* NGX_OK: the organisation requires more than this session has met. */
ngx_int_t ngx_http_login_flow_is_due(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity);


/* Sends people there, and back to this page; the result of that. */
ngx_int_t ngx_http_login_flow_ask(ngx_http_request_t *r, ngx_int_t due);

/* The password has to come first, and then this page again. */
ngx_int_t ngx_http_login_flow_stale(ngx_http_request_t *r);


/* ngx_http_login_step.c: one of them, and who is at it */

#define NGX_HTTP_LOGIN_STEP_TRIES  64

/* On the heap: the writer may be at it when the request is gone. */
typedef struct {
    login_step_t                 step;
    login_orgs_t                *orgs;      /* a reload takes others */
    const ngx_http_login_org_t  *org;       /* NULL: it is not declared */
    login_state_e                state;     /* of the machine, by now */
    ngx_uint_t                   place;     /* of the flow's cookie */
    ngx_uint_t                   users;     /* that release it */
    ngx_uint_t                   tries;
    size_t                       len;
    u_char                       data[];
} ngx_http_login_step_t;

typedef ngx_int_t (*ngx_http_login_step_pt)(ngx_http_request_t *r,
    ngx_http_login_step_t *step);

/* NGX_OK: the flow is good; it lives as long as the request, at least. */
ngx_int_t ngx_http_login_step_open(ngx_http_request_t *r,
    const login_form_t *form, ngx_http_login_step_t **step);
void ngx_http_login_step_release(void *data);

/* NGX_DONE, or for ngx_http_finalize_request(). */
ngx_int_t ngx_http_login_step_commit(ngx_http_request_t *r,
    ngx_http_login_step_t *step, ngx_http_login_done_pt done);
ngx_int_t ngx_http_login_step_fault(ngx_http_request_t *r,
    ngx_http_login_step_t *step, login_reason_e reason);
ngx_int_t ngx_http_login_step_over(ngx_http_request_t *r,
    const login_form_t *form);
ngx_int_t ngx_http_login_step_none(ngx_http_request_t *r,
    const login_form_t *form, login_event_e event);

/* The step once more, by "run", unless that was often enough. */
ngx_int_t ngx_http_login_step_again(ngx_http_request_t *r,
    ngx_http_login_step_t *step, ngx_http_login_step_pt run);

/* After the commit of the last step: the session, or "run" once more. */
void ngx_http_login_step_end(ngx_http_request_t *r,
    ngx_http_login_step_t *step, login_result_e rc,
    ngx_http_login_step_pt run);

void ngx_http_login_step_event(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, login_log_kind_e kind);
ngx_http_login_page_t *ngx_http_login_step_page(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, login_str_t target, login_page_e name,
    ngx_uint_t status, login_reason_e reason);


/* ngx_http_login_mfa.c, ngx_http_login_setup*.c: their pages */

ngx_int_t ngx_http_login_mfa_page(ngx_http_request_t *r);
void ngx_http_login_mfa_form(ngx_http_request_t *r, const login_form_t *form);
ngx_int_t ngx_http_login_setup_page(ngx_http_request_t *r);
void ngx_http_login_setup_form(ngx_http_request_t *r,
    const login_form_t *form);

/* The page of the step that the flow is at. */
ngx_int_t ngx_http_login_step_show(ngx_http_request_t *r,
    ngx_http_login_step_t *step, const login_form_t *form, ngx_uint_t status,
    login_reason_e reason);
ngx_int_t ngx_http_login_setup_show(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason);

/* The recovery codes as a file. */
ngx_int_t ngx_http_login_setup_download(ngx_http_request_t *r,
    const ngx_http_login_step_t *step);


/* ngx_http_login_page.c: what the portal answers */

ngx_http_login_page_t *ngx_http_login_page(ngx_http_request_t *r,
    login_page_e page, ngx_uint_t status, login_reason_e reason);
void ngx_http_login_page_text(ngx_http_login_page_t *page,
    login_page_var_e var, const void *data, size_t len);
void ngx_http_login_page_flag(ngx_http_login_page_t *page,
    login_page_var_e var);

/* Whose rules and looks it has; NULL: nobody's. */
void ngx_http_login_page_org(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_org_t *org);

/* The page as text. */
ngx_int_t ngx_http_login_page_render(ngx_http_request_t *r,
    ngx_http_login_page_t *page, ngx_str_t *html);

/* Renders and sends; the result is for ngx_http_finalize_request(). */
ngx_int_t ngx_http_login_page_send(ngx_http_request_t *r,
    ngx_http_login_page_t *page);

/* The page "error" for a reason, with the status that belongs to it. */
ngx_int_t ngx_http_login_error(ngx_http_request_t *r, login_reason_e reason);

/* Sends any response of the portal; "r->headers_out.status" is set. */
ngx_int_t ngx_http_login_send(ngx_http_request_t *r, const char *type,
    ngx_str_t *body);
ngx_int_t ngx_http_login_see_other(ngx_http_request_t *r, ngx_str_t *url);
ngx_int_t ngx_http_login_security_headers(ngx_http_request_t *r);


/* ngx_http_login_json.c */

ngx_int_t ngx_http_login_json_refusal(ngx_http_request_t *r,
    ngx_int_t status, ngx_str_t *json);
ngx_int_t ngx_http_login_json_identity(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, ngx_str_t *json);


/* ngx_http_login_variables.c */

ngx_int_t ngx_http_login_add_variables(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* NGX_HTTP_LOGIN_MODULE_H */
