
#include "login.h"

#include <stdlib.h>
#include <string.h>


static size_t login_rp_size(const login_rp_conf_t *conf);
static login_str_t login_rp_str(u_char **p, login_str_t s);
static const char *login_rp_cstr(u_char **p, const char *s);


/* Its own size stands ahead of it. */

login_rp_conf_t *
login_rp_copy(const login_rp_conf_t *conf)
{
    size_t            i, size, head;
    u_char           *p, *block;
    login_str_t      *domains;
    login_rp_conf_t  *copy;

    size = login_rp_size(conf);

    block = calloc(1, size);
    if (block == NULL) {
        return NULL;
    }

    head = _Alignof(max_align_t);
    memcpy(block, &size, sizeof(size));

    copy = (login_rp_conf_t *) (block + head);
    domains = (login_str_t *) (copy + 1);
    p = (u_char *) (domains + conf->domains_n);

    copy->issuer = login_rp_str(&p, conf->issuer);
    copy->client_id = login_rp_str(&p, conf->client_id);
    copy->secret = login_rp_str(&p, conf->secret);

    copy->claims.username = login_rp_cstr(&p, conf->claims.username);
    copy->claims.name = login_rp_cstr(&p, conf->claims.name);
    copy->claims.email = login_rp_cstr(&p, conf->claims.email);
    copy->claims.roles = login_rp_cstr(&p, conf->claims.roles);

    for (i = 0; i < conf->domains_n; i++) {
        domains[i] = login_rp_str(&p, conf->domains[i]);
    }

    copy->domains = domains;
    copy->domains_n = conf->domains_n;

    return copy;
}


static size_t
login_rp_size(const login_rp_conf_t *conf)
{
    size_t  i, size;

    const char *const  names[] = {
        conf->claims.username, conf->claims.name, conf->claims.email,
        conf->claims.roles
    };

    size = _Alignof(max_align_t) + sizeof(login_rp_conf_t)
           + conf->domains_n * sizeof(login_str_t)
           + conf->issuer.len + conf->client_id.len + conf->secret.len;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size += names[i] != NULL ? strlen(names[i]) + 1 : 0;
    }

    for (i = 0; i < conf->domains_n; i++) {
        size += conf->domains[i].len;
    }

    return size;
}


static login_str_t
login_rp_str(u_char **p, login_str_t s)
{
    login_str_t  copy;

    copy = login_str(*p, s.len);

    if (s.len > 0) {
        memcpy(*p, s.data, s.len);
        *p += s.len;
    }

    return copy;
}


static const char *
login_rp_cstr(u_char **p, const char *s)
{
    if (s == NULL) {
        return NULL;
    }

    return (const char *) login_rp_str(p, login_str(s, strlen(s) + 1)).data;
}


void
login_rp_wipe(login_rp_conf_t *conf)
{
    size_t   size;
    u_char  *block;

    if (conf == NULL) {
        return;
    }

    block = (u_char *) conf - _Alignof(max_align_t);
    memcpy(&size, block, sizeof(size));

    login_wipe(block, size);
    free(block);
}
