// Compiled only: the same types by require.
import headcount = require("headcount");

export function email(directory: headcount.Directory): string | undefined {
  using sync = directory.sync;
  return sync.user("ann@ex.co")?.email;
}
