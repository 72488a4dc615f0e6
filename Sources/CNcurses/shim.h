// ncurses for Terminal: what Swift cannot see of it, as inline shims. No logic in C.
#ifndef PORTSIDE_CNCURSES_H
#define PORTSIDE_CNCURSES_H

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#ifndef NCURSES_NOMACROS
#define NCURSES_NOMACROS 1
#endif
#include <curses.h>

// Macros that do not import.
static inline attr_t cn_bold(void) { return WA_BOLD; }
static inline attr_t cn_dim(void) { return WA_DIM; }
static inline attr_t cn_italic(void) { return WA_ITALIC; }
static inline attr_t cn_underline(void) { return WA_UNDERLINE; }
static inline attr_t cn_reverse(void) { return WA_REVERSE; }

// Global variables, which strict concurrency refuses. The interface's thread alone calls these.
static inline int cn_lines(void) { return LINES; }
static inline int cn_columns(void) { return COLS; }
static inline int cn_colors(void) { return COLORS; }
static inline WINDOW *cn_screen(void) { return stdscr; }
static inline WINDOW *cn_current_screen(void) { return curscr; }
static inline bool cn_new_terminal(const char *type) { return newterm(type, stdout, stdin) != NULL; }

// Capabilities are named by `char *` that nobody writes to. A capability of another type or an absent one:
// false, -1, NULL.
static inline bool cn_flag(const char *name) { return tigetflag((NCURSES_CONST char *)name) > 0; }
static inline int cn_number(const char *name) { return tigetnum((NCURSES_CONST char *)name); }
static inline const char *cn_string(const char *name) {
    const char *value = tigetstr((NCURSES_CONST char *)name);
    return value == (const char *)-1 ? NULL : value;
}

#endif
