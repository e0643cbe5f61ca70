//! One thread of the process that will be killed. It has a team of its own and
//! users of its own, so it knows what each of its requests will do; only the
//! seats it shares with the others.

use headcount::{Directory, ErrorKind, Result, Role, UserId};

use crate::life::make;
use crate::random::Random;
use crate::request::{Op, Request};

/// How many users a thread keeps, besides the owner of its team.
const USERS_MAX: usize = 20;

/// Operations of a batch.
const OPS_MAX: u64 = 4;

/// A user of this thread.
#[derive(Clone)]
struct Own {
    id: UserId,
    active: bool,
    role: Option<Role>,
}

/// What this thread has in the directory.
struct Writer {
    team: String,
    has_team: bool,
    users: Vec<Own>,
    random: Random,
}

/// Writes until the directory is closed.
pub fn write(directory: &Directory, number: u64, seed: u64) {
    let Ok(mut writer) = Writer::find(directory, number, seed) else {
        return; // closed already
    };
    loop {
        let ops = writer.plan();
        let request = Request::new(ops);
        if make(directory, &request).is_some() {
            request.ops.iter().for_each(|op| writer.did(op));
        } else if is_closed(directory) {
            return;
        }
    }
}

fn is_closed(directory: &Directory) -> bool {
    match directory.seats() {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Closed);
            true
        }
    }
}

impl Writer {
    /// What an earlier life left to this thread.
    fn find(directory: &Directory, number: u64, seed: u64) -> Result<Self> {
        let team = format!("team-{number}");
        let domain = format!("{team}.ex");
        let members = match directory.workspace(&team)? {
            Some(workspace) => directory.members(workspace.id())?,
            None => Vec::new(),
        };
        let mut users = Vec::new();
        for user in directory.users()? {
            let user = user?;
            let is_boss = user.email().as_str().starts_with("boss@");
            if user.email().domain() == domain && !is_boss {
                let member = members.iter().find(|member| member.user() == user.id());
                users.push(Own {
                    id: user.id(),
                    active: user.is_active(),
                    role: member.map(headcount::Member::role),
                });
            }
        }
        Ok(Self {
            has_team: !members.is_empty(),
            team,
            users,
            random: Random::new(seed ^ number),
        })
    }

    /// The next request: one operation or a few, on a user each.
    fn plan(&mut self) -> Vec<Op> {
        if !self.has_team {
            let boss = UserId::generate();
            let email = format!("boss@{}.ex", self.team);
            let found = Op::Found(self.team.clone(), boss);
            return vec![Op::Create(boss, email, true), found];
        }
        let wanted = match self.random.within(0..3) {
            0 => self.random.within(2..OPS_MAX + 1),
            _ => 1,
        };
        let mut ops = Vec::new();
        let mut left = self.users.clone();
        for _ in 0..wanted {
            let grows = left.is_empty() || self.random.percent(25);
            if grows && self.users.len() + ops.len() < USERS_MAX {
                ops.push(self.plan_to_create());
            } else if !left.is_empty() {
                let user = left.swap_remove(self.random.index(left.len()));
                ops.push(self.plan_with(&user));
            }
        }
        ops
    }

    fn plan_to_create(&mut self) -> Op {
        let id = UserId::generate();
        let email = format!("u{:016x}@{}.ex", self.random.draw(), self.team);
        Op::Create(id, email, self.random.percent(70))
    }

    fn plan_with(&mut self, user: &Own) -> Op {
        let (id, team) = (user.id, self.team.clone());
        match self.random.within(0..10) {
            0 => Op::Delete(id),
            1..=3 if user.active => Op::Deactivate(id),
            1..=3 => Op::Activate(id),
            4..=6 => Op::Rename(id, format!("n{:016x}", self.random.draw())),
            _ => match user.role {
                None => Op::Join(team, id, Role::User),
                Some(Role::User) if self.random.percent(50) => Op::SetRole(team, id, Role::Owner),
                Some(Role::Owner) if self.random.percent(50) => Op::SetRole(team, id, Role::User),
                Some(_) => Op::Leave(team, id),
            },
        }
    }

    /// Keeps up with an operation that was done.
    fn did(&mut self, op: &Op) {
        match op {
            Op::Create(_, email, _) if email.starts_with("boss@") => {}
            Op::Create(id, _, active) => self.users.push(Own {
                id: *id,
                active: *active,
                role: None,
            }),
            Op::Found(..) => self.has_team = true,
            Op::Delete(id) => self.users.retain(|own| own.id != *id),
            Op::Rename(..) => {}
            Op::Activate(id) => self.own(*id).active = true,
            Op::Deactivate(id) => self.own(*id).active = false,
            Op::Join(_, id, role) | Op::SetRole(_, id, role) => self.own(*id).role = Some(*role),
            Op::Leave(_, id) => self.own(*id).role = None,
        }
    }

    fn own(&mut self, id: UserId) -> &mut Own {
        self.users.iter_mut().find(|own| own.id == id).unwrap()
    }
}
