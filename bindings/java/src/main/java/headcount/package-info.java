/**
 * An embedded user directory that never has more active users than seats: one file that a process
 * holds, every write on disk when its call returns. Begin with {@link headcount.Directory}.
 *
 * <p>Where a parameter is called {@code ref}, it takes the id of a user as text, an email or a username.
 * Results are values that later changes don't touch. Refusals are {@link
 * headcount.HeadcountException}s with a kind, a message that says what to do, and numbers. All
 * methods may be called by any thread at any time.
 */
@NullMarked
package headcount;

import org.jspecify.annotations.NullMarked;
