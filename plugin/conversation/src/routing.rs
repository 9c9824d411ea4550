//! Which task a customer's message belongs to: the machine and its rules; not what a task or a message looks like.
//!
//! ```text
//!   none ──message──▶ task 1 active ──completed, inactive, deleted──▶ none active ──message──▶ task 2 active …
//!                        ▲    │ message: action                            │
//!                        └────┘            ◀───────────reopened────────────┘
//! ```
//!
//! | rule | says | from |
//! |---|---|---|
//! | R1 | the first message opens task 1 and is its first action | S28, S30 |
//! | R2 | setting on: a later message is an action in the latest *active* task, an older one that was reopened too | S37, S43 |
//! | R3 | setting on, none active: a new task, which names the latest as the one before; deleted is said | S42, S44, I2 |
//! | R4 | setting off: a later message is an action in the latest task, whatever its status | S45 |
//! | R5 | setting off and the latest task deleted: a new task, for deletion is no status | I3 |
//! | R6 | a message that was routed already does nothing | I7 |
//! | R7 | a task's change is remembered; what holds when the message is routed decides | I16 |
//! | R8 | a change of a task that this conversation does not know does nothing | – |
//!
//! Tasks are numbers from 1 here, and messages opaque strings: what their ids look like is the messenger's matter.

#[cfg(test)]
mod tests;

use crate::TaskChange;
use crate::prelude::*;

/// How many of the newest tasks are remembered. 16 conversations with one customer reach back far enough for one of
/// them to be reopened, and keep the state small.
pub const TASKS_MAX: usize = 16;

/// How many of the newest messages are remembered, against a host that repeats itself. The host's own memory, of 30
/// days, is the real defence.
pub const RECENT_MAX: usize = 32;

/// What is known of a task's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Messages go there.
    Active,
    /// Neither active nor final.
    Inactive,
    /// Done.
    Completed,
    /// Gone.
    Deleted,
}

/// A task that this conversation opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// From 1, in the order of opening.
    pub number: u64,
    /// As last heard.
    pub status: Status,
}

/// What the machine remembers of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// How many tasks were ever opened; the last one's number.
    pub opened: u64,
    /// The newest tasks, in the order of their numbers; at most [`TASKS_MAX`].
    pub tasks: Vec<Opened>,
    /// The newest messages' ids, oldest first; at most [`RECENT_MAX`].
    pub recent: Vec<String>,
}

/// The settings that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Open a new task if none of the conversation's is active (S41).
    pub new_task_when_none_active: bool,
}

/// What happens to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The customer wrote; the id is the same for a repeat.
    Message(String),
    /// A task changed.
    Task {
        /// Its number.
        number: u64,
        /// What became of it.
        change: TaskChange,
    },
}

/// The task that a new one follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its number.
    pub number: u64,
    /// It was deleted.
    pub deleted: bool,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open the task with this number.
    OpenTask {
        /// Its number.
        number: u64,
        /// The task before, if there was one.
        previous: Option<Previous>,
    },
    /// Add the message to the task with this number.
    AddAction {
        /// Its number.
        number: u64,
    },
}

/// Takes one event: the new state, and what follows from it, in order.
#[must_use]
pub fn step(mut state: State, policy: Policy, event: Event) -> (State, Vec<Effect>) {
    let effects = match event {
        Event::Message(id) if state.recent.contains(&id) => Vec::new(), // R6
        Event::Message(id) => {
            state.remember(id);
            match state.home(policy) {
                Some(number) => vec![Effect::AddAction { number }], // R2, R4
                None => state.open(),                               // R1, R3, R5
            }
        }
        Event::Task { number, change } => {
            state.update(number, status_after(&change)); // R7, R8
            Vec::new()
        }
    };
    debug_assert_eq!(state.check(), Ok(()));
    (state, effects)
}

/// The status that a change leaves a task in.
fn status_after(change: &TaskChange) -> Status {
    match change {
        TaskChange::Active | TaskChange::Reopened | TaskChange::Other(_) => Status::Active,
        TaskChange::Inactive => Status::Inactive,
        TaskChange::Completed => Status::Completed,
        TaskChange::Deleted => Status::Deleted,
    }
}

impl State {
    /// The latest task, whatever its status.
    #[must_use]
    pub fn latest(&self) -> Option<Opened> {
        self.tasks.last().copied()
    }

    /// The latest active task.
    #[must_use]
    pub fn latest_active(&self) -> Option<Opened> {
        self.tasks.iter().rev().find(|task| task.status == Status::Active).copied()
    }

    /// The task that the operators look at now: the latest active one, else the latest that still exists.
    #[must_use]
    pub fn current(&self) -> Option<Opened> {
        let exists = |task: &&Opened| task.status != Status::Deleted;
        self.latest_active().or_else(|| self.tasks.iter().rev().find(exists).copied())
    }

    /// The invariants.
    ///
    /// # Errors
    /// The first that does not hold, in words.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.tasks.len() > TASKS_MAX {
            return Err("more tasks than are remembered");
        }
        if self.recent.len() > RECENT_MAX {
            return Err("more messages than are remembered");
        }
        if !self.tasks.is_sorted_by(|a, b| a.number < b.number) {
            return Err("tasks out of order");
        }
        if self.tasks.last().map_or(0, |task| task.number) != self.opened {
            return Err("the latest task is not the last one opened");
        }
        if self.tasks.first().is_some_and(|task| task.number == 0) {
            return Err("a task without a number");
        }
        Ok(())
    }

    /// Where a message goes, if no new task is due.
    fn home(&self, policy: Policy) -> Option<u64> {
        let task = if policy.new_task_when_none_active {
            self.latest_active()
        } else {
            self.latest().filter(|task| task.status != Status::Deleted)
        };
        task.map(|task| task.number)
    }

    /// Opens the next task.
    fn open(&mut self) -> Vec<Effect> {
        // Only a state that something spoiled says so: the last number there is keeps its task.
        let Some(number) = self.opened.checked_add(1) else {
            return vec![Effect::AddAction { number: self.opened }];
        };
        let previous = self
            .latest()
            .map(|task| Previous { number: task.number, deleted: task.status == Status::Deleted });
        self.opened = number;
        self.make_room();
        self.tasks.push(Opened { number, status: Status::Active });
        vec![Effect::OpenTask { number, previous }, Effect::AddAction { number }]
    }

    /// Forgets one task if there is no room: the oldest that is not active, for an active one may still get messages.
    fn make_room(&mut self) {
        if self.tasks.len() >= TASKS_MAX {
            let idle = self.tasks.iter().position(|task| task.status != Status::Active);
            self.tasks.remove(idle.unwrap_or(0));
        }
    }

    fn update(&mut self, number: u64, status: Status) {
        if let Some(task) = self.tasks.iter_mut().find(|task| task.number == number) {
            task.status = status;
        }
    }

    fn remember(&mut self, id: String) {
        if self.recent.len() >= RECENT_MAX {
            self.recent.remove(0);
        }
        self.recent.push(id);
    }
}
