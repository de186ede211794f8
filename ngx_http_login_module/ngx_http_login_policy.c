
/*
 * What the configuration guards, for "nginx-login gates".  Locations are noted
 * while they are merged, since nginx keeps no list of "if" and "limit_except".
 * When everything is known, one text is made of it, and a worker writes that
 * into the store unless it is there already.
 */

#include "ngx_http_login_module.h"


typedef struct {
    ngx_http_login_loc_conf_t   *conf;
    ngx_http_login_loc_conf_t   *outer;
} ngx_http_login_note_t;


static ngx_int_t ngx_http_login_policy_servers(ngx_conf_t *cf,
    login_policy_t *policy);
static ngx_int_t ngx_http_login_policy_names(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, login_strings_t *names);
static ngx_int_t ngx_http_login_policy_listen(ngx_conf_t *cf,
    login_policy_t *policy);
static ngx_int_t ngx_http_login_policy_address(ngx_conf_t *cf,
    login_policy_t *policy, ngx_http_conf_addr_t *addr);
static ngx_int_t ngx_http_login_policy_locations(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, login_policy_t *policy);
static ngx_int_t ngx_http_login_policy_location(ngx_conf_t *cf,
    ngx_http_login_note_t *note, login_location_t *location);
static login_location_e ngx_http_login_policy_kind(
    ngx_http_login_loc_conf_t *conf);
static login_gate_e ngx_http_login_policy_gate(ngx_http_login_note_t *note);


ngx_int_t
ngx_http_login_policy_note(ngx_conf_t *cf, ngx_http_login_loc_conf_t *outer,
    ngx_http_login_loc_conf_t *conf)
{
    ngx_http_login_note_t       *note;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_login_module);

    if (mcf->notes == NULL) {
        mcf->notes = ngx_array_create(cf->temp_pool, 64,
                                      sizeof(ngx_http_login_note_t));
        if (mcf->notes == NULL) {
            return NGX_ERROR;
        }
    }

    note = ngx_array_push(mcf->notes);
    if (note == NULL) {
        return NGX_ERROR;
    }

    note->conf = conf;
    note->outer = outer;

    return NGX_OK;
}


ngx_int_t
ngx_http_login_policy(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    u_char          *p;
    size_t           size;
    login_policy_t   policy;

    ngx_memzero(&policy, sizeof(login_policy_t));

    if (mcf->mail) {
        policy.mail = login_cstr(mcf->mail->address);
    }

    if (ngx_http_login_policy_servers(cf, &policy) != NGX_OK
        || ngx_http_login_policy_listen(cf, &policy) != NGX_OK
        || ngx_http_login_policy_locations(cf, mcf, &policy) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_login_policy_orgs(cf, mcf, &policy) != NGX_OK) {
        return NGX_ERROR;
    }

    policy.password_min = mcf->terms.rules.min;
    policy.password_max = mcf->terms.rules.max;
    policy.password_score = mcf->terms.rules.score;
    policy.blocklist = ngx_http_login_str(&mcf->terms.blocklist);
    policy.hash_memory = (uint32_t) (mcf->hash_memory / 1024);
    policy.hash_passes = (uint32_t) mcf->hash_passes;

    /* it is in memory that goes when the configuration has been read */

    mcf->notes = NULL;

    size = login_policy_size(&policy);

    p = ngx_pnalloc(cf->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (size > LOGIN_POLICY_MAX
        || login_policy_encode(p, size, &policy) != LOGIN_OK)
    {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "the configuration is too large for "
                      "\"nginx-login gates\" to show it");
        return NGX_OK;
    }

    mcf->policy = login_str(p, size);

    return NGX_OK;
}


/* An outer line comes again with each location that inherits it. */

ngx_int_t
ngx_http_login_policy_require_orgs(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t              i;
    ngx_array_t            *last;
    ngx_http_login_note_t  *note;

    if (mcf->notes == NULL) {
        return NGX_OK;
    }

    last = NULL;
    note = mcf->notes->elts;

    for (i = 0; i < mcf->notes->nelts; i++) {

        if (note[i].conf->require == NULL
            || note[i].conf->require == NGX_CONF_UNSET_PTR
            || note[i].conf->require == last)
        {
            continue;
        }

        last = note[i].conf->require;

        if (ngx_http_login_require_orgs(cf, mcf, last) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_policy_servers(ngx_conf_t *cf, login_policy_t *policy)
{
    ngx_uint_t                   i;
    login_server_t              *server;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    policy->n = cmcf->servers.nelts;
    policy->servers = ngx_pcalloc(cf->temp_pool,
                                  policy->n * sizeof(login_server_t));
    if (policy->servers == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < policy->n; i++) {
        server = &policy->servers[i];
        scf = cscfp[i]->ctx->srv_conf[ngx_http_login_module.ctx_index];

        scf->number = i;
        server->own = (scf->own.len != 0);

        if (scf->portal && (server->own || scf->gates)) {
            server->portal = login_str(scf->portal->url.data,
                                       scf->portal->url.len);
        }

        if (ngx_http_login_policy_names(cf, cscfp[i], &server->names)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_policy_names(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    login_strings_t *list)
{
    ngx_str_t                name;
    ngx_uint_t               i;
    ngx_http_server_name_t  *names;

    names = cscf->server_names.elts;

    list->n = cscf->server_names.nelts;
    list->s = ngx_palloc(cf->temp_pool, list->n * sizeof(login_str_t));
    if (list->s == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < list->n; i++) {
        name = names[i].name;

#if (NGX_PCRE)
        if (names[i].regex) {
            name.data = ngx_pnalloc(cf->temp_pool, name.len + 1);
            if (name.data == NULL) {
                return NGX_ERROR;
            }

            ngx_sprintf(name.data, "~%V", &names[i].name);
            name.len++;
        }
#endif

        list->s[i] = login_str(name.data, name.len);
    }

    return NGX_OK;
}


/* nginx keeps servers by address, so that all of them are gone through once. */

static ngx_int_t
ngx_http_login_policy_listen(ngx_conf_t *cf, login_policy_t *policy)
{
    ngx_uint_t                  i, j;
    ngx_http_conf_port_t       *ports;
    ngx_http_conf_addr_t       *addrs;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ports = cmcf->ports->elts;

    for (i = 0; i < cmcf->ports->nelts; i++) {
        addrs = ports[i].addrs.elts;

        for (j = 0; j < ports[i].addrs.nelts; j++) {
            if (ngx_http_login_policy_address(cf, policy, &addrs[j])
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_policy_address(ngx_conf_t *cf, login_policy_t *policy,
    ngx_http_conf_addr_t *addr)
{
    ngx_uint_t                   i;
    login_str_t                  text, *s;
    login_strings_t             *list;
    ngx_http_core_srv_conf_t   **servers;
    ngx_http_login_srv_conf_t   *scf;

    text = login_str(addr->opt.addr_text.data, addr->opt.addr_text.len);
    servers = addr->servers.elts;

    for (i = 0; i < addr->servers.nelts; i++) {
        scf = servers[i]->ctx->srv_conf[ngx_http_login_module.ctx_index];
        list = &policy->servers[scf->number].listen;

        /* few servers listen on many addresses */

        s = ngx_palloc(cf->temp_pool, (list->n + 1) * sizeof(login_str_t));
        if (s == NULL) {
            return NGX_ERROR;
        }

        if (list->n) {
            ngx_memcpy(s, list->s, list->n * sizeof(login_str_t));
        }

        s[list->n++] = text;
        list->s = s;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_policy_locations(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, login_policy_t *policy)
{
    ngx_uint_t                  i, n;
    login_server_t             *server;
    login_location_t           *location;
    ngx_http_login_note_t      *note;
    ngx_http_login_loc_conf_t  *conf;

    location = ngx_pcalloc(cf->temp_pool,
                           mcf->notes->nelts * sizeof(login_location_t));
    if (location == NULL) {
        return NGX_ERROR;
    }

    n = 0;
    server = NULL;
    note = mcf->notes->elts;

    for (i = 0; i < mcf->notes->nelts; i++) {
        conf = note[i].conf;

        if (conf->depth == 1) {
            server = &policy->servers[n++];
            server->locations = location;
        }

        /* an "if" of a server never becomes the location of a request */

        if (conf->depth == 2 && conf->clcf->noname) {
            continue;
        }

        if (ngx_http_login_policy_location(cf, &note[i], location) != NGX_OK) {
            return NGX_ERROR;
        }

        /* where "/" is a prefix, nothing is left to the server itself */

        if (location->depth == 1
            && (location->kind == LOGIN_LOCATION_PREFIX
                || location->kind == LOGIN_LOCATION_PRIORITY)
            && location->name.len == 1
            && server->locations->kind == LOGIN_LOCATION_SERVER)
        {
            server->locations++;
            server->n--;
        }

        server->n++;
        location++;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_policy_location(ngx_conf_t *cf, ngx_http_login_note_t *note,
    login_location_t *location)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = note->conf->clcf;

    location->kind = ngx_http_login_policy_kind(note->conf);
    location->gate = ngx_http_login_policy_gate(note);
    location->any = (clcf->satisfy == NGX_HTTP_SATISFY_ANY);
    location->internal = (clcf->internal || clcf->named);
    location->depth = (uint32_t) note->conf->depth - 1;
    location->name = login_str(clcf->name.data, clcf->name.len);

    if (location->kind == LOGIN_LOCATION_LIMIT_EXCEPT
        && ngx_http_login_policy_methods(cf, note->outer->clcf,
                                         &location->methods)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (location->gate == LOGIN_GATE_ON && note->conf->require) {
        return ngx_http_login_policy_require(cf, note->conf->require,
                                             &location->require);
    }

    return NGX_OK;
}


static login_location_e
ngx_http_login_policy_kind(ngx_http_login_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = conf->clcf;

    if (conf->depth == 1) {
        return LOGIN_LOCATION_SERVER;
    }

    if (clcf->noname) {
        return clcf->lmt_excpt ? LOGIN_LOCATION_LIMIT_EXCEPT
                               : LOGIN_LOCATION_IF;
    }

    if (clcf->named) {
        return LOGIN_LOCATION_NAMED;
    }

#if (NGX_PCRE)
    if (clcf->regex) {
        return LOGIN_LOCATION_REGEX;
    }

    /* "login_portal" sets it, too */

    if (clcf->noregex && !conf->portal) {
        return LOGIN_LOCATION_PRIORITY;
    }
#endif

    return clcf->exact_match ? LOGIN_LOCATION_EXACT : LOGIN_LOCATION_PREFIX;
}


static login_gate_e
ngx_http_login_policy_gate(ngx_http_login_note_t *note)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = note->conf->clcf;

    if (note->conf->portal) {
        return LOGIN_GATE_PORTAL;
    }

    if (note->conf->forward) {
        return LOGIN_GATE_FORWARD;
    }

    /* an "if" of the portal is served by it, unless something else is there */

    if (note->outer->portal && clcf->noname && !clcf->lmt_excpt
        && clcf->handler == NULL)
    {
        return LOGIN_GATE_PORTAL;
    }

    switch (note->conf->gate) {

    case NGX_HTTP_LOGIN_ON:
        return LOGIN_GATE_ON;

    case NGX_HTTP_LOGIN_OPTIONAL:
        return LOGIN_GATE_OPTIONAL;

    default:
        return LOGIN_GATE_OFF;
    }
}
