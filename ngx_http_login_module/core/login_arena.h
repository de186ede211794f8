
/* Memory that is given back all at once. */

#ifndef LOGIN_ARENA_H
#define LOGIN_ARENA_H


typedef struct login_arena_s  login_arena_t;


/* NULL where there is no memory. */
login_arena_t *login_arena_create(void);

/* Frees everything that came from it; NULL is allowed. */
void login_arena_destroy(login_arena_t *arena);

/* Zeroed, aligned for any type; NULL where there is no memory. */
void *login_arena_alloc(login_arena_t *arena, size_t size);


#endif /* LOGIN_ARENA_H */
