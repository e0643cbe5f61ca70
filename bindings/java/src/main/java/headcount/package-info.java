/**
 * An embedded user directory that never has more active users than seats: one file, with every write on
 * disk when its call returns. Begin with {@link headcount.Directory}.
 *
 * <p>A parameter called {@code ref} takes a user's id as text, an email or a username. Results are values
 * that later changes don't affect. Refusals are {@link
 * headcount.HeadcountException}s with a kind, a message that says what to do, and numbers. All
 * methods may be called by any thread at any time.
 */
@NullMarked
package headcount;

import org.jspecify.annotations.NullMarked;
