package headcount;

import java.util.List;
import java.util.Optional;

/**
 * One page of the users that match a query.
 *
 * @param users the users, up to the limit of the query
 * @param next where the next page begins, for {@link UserQuery#after}; empty if this is the last. It contains an email or username: treat it as personal data
 */
public record Page(List<User> users, Optional<String> next) {}
