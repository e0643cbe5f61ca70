//! Exporting and loading all records of a directory.

use std::ops::ControlFlow;

use super::Directory;
use crate::engine::Engine;
use crate::error::Result;
use crate::model::{Seats, Timestamp};
use crate::rules::{Exported, Record, export, load, read};

impl Directory {
    /// Calls `visit` for each record until it breaks; returns the value that it broke with. The
    /// records are of one moment: the license, users ordered by email, ids of deleted users,
    /// workspaces, memberships, and when users were last seen. They are streamed in constant
    /// memory. The history of changes and the outcomes of request ids are not exported.
    ///
    /// The call holds one state of the directory until it returns, so the file grows while others
    /// write.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) in code that
    /// [`apply_stream`](Self::apply_stream) or [`load`](Self::load) calls.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use headcount::{Directory, Exported};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let mut emails = Vec::new();
    /// directory.export(|record| {
    ///     if let Exported::User(user) = record {
    ///         emails.push(user.email().to_string());
    ///     }
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert_eq!(emails, ["ann@ex.co"]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn export<B>(
        &self,
        mut visit: impl FnMut(&Exported<'_>) -> ControlFlow<B>,
    ) -> Result<Option<B>> {
        self.flush_sightings()?;
        let mut broke_with = None;
        export::export(&self.snapshot()?, &mut |record| {
            read::keep(visit(record), &mut broke_with)
        })?;
        Ok(broke_with)
    }

    /// Loads records into a directory without users and workspaces, in one transaction. With
    /// their ids, versions and times, they make the directory that they were exported from.
    ///
    /// Each record is checked as if it were created. One change names all of them. If a license is
    /// among the records, a directory that was over its limit may be so again. Otherwise the
    /// license in force stays, and seats are checked against it. If a license was set before, none
    /// can be among the records.
    ///
    /// Other writes wait until this returns. So `records` can't write to the directory, export
    /// it or close it, and must not wait for a thread that does.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the directory is not empty; the kinds for
    /// what is taken or missing, such as [`EmailTaken`](crate::ErrorKind::EmailTaken), or
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound) for a member who is not there; the first error
    /// among the records. Then nothing is written. In `records`, a call that writes fails with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use headcount::{Directory, NewUser, Record, Timestamp, UserId};
    ///
    /// let (id, moment) = (UserId::generate(), Timestamp::now());
    /// let directory = Directory::in_memory()?;
    /// let seats = directory.load([Ok(Record::User {
    ///     user: NewUser::new("ann@ex.co").id(id).created_at(moment),
    ///     updated_at: moment,
    ///     deactivated_at: None,
    ///     version: 7,
    /// })])?;
    /// assert_eq!(seats.active, 1);
    /// assert_eq!(directory.user_by_id(id)?.unwrap().version(), 7);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn load(&self, records: impl IntoIterator<Item = Result<Record>>) -> Result<Seats> {
        self.check_write()?;
        let at = Timestamp::now();
        let sequence = self.shared.engine.transact(|txn| {
            let _inside = self.shared.gate.enter_callers_code();
            load::load(
                txn,
                records.into_iter(),
                (self.actor, self.door.as_deref()),
                at,
            )
        })?;
        let seats = self.seats()?;
        self.shared.latest.advance(sequence);
        Ok(seats)
    }
}
