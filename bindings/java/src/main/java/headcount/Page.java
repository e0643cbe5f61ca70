package headcount;

import java.util.List;
import java.util.Optional;

/**
 * One page of the users that match a query.
 *
 * @param users at most as many as the limit of the query
 * @param next where the page behind this one begins, for {@link UserQuery#after}; empty if this is the last. It contains an email or username: treat it as personal data
 */
public record Page(List<User> users, Optional<String> next) {}
