//! The routing rules as a table: one event a line, the effects that follow, the rules it shows; and the invariants.

use super::{Effect, Event, Opened, Policy, Previous, RECENT_MAX, State, Status, TASKS_MAX, step};
use crate::TaskChange;

/// `policy` and the events of one story; `-` is no effect. `T2<T1` opens task 2 after task 1, `T2<T1!` after a
/// deleted one, `+T1` adds the message to task 1.
const STORIES: &str = "
# setting  event            effects        tasks after            rules  requirements

story the first message opens a task, later ones follow it
on         message m1       T1 +T1         1a                     R1     S28 S30
on         message m2       +T1            1a                     R2     S37
on         message m2       -              1a                     R6     I7
on         message m1       -              1a                     R6     I7

story a new task when the last one is done, linked to it
on         message m1       T1 +T1         1a                     R1     S30
on         completed 1      -              1c                     R7     I16
on         message m2       T2<T1 +T2      1c 2a                  R3     S41 S42 S44
on         message m3       +T2            1c 2a                  R2     S37

story an inactive status is not an active one
on         message m1       T1 +T1         1a                     R1     S30
on         inactive 1       -              1i                     R7     I16
on         message m2       T2<T1 +T2      1i 2a                  R3     S42
on         active 1         -              1a 2a                  R7     S43
on         message m3       +T2            1a 2a                  R2     S43

story any active task will do, an older one that was reopened too
on         message m1       T1 +T1         1a                     R1     S30
on         completed 1      -              1c                     R7     I16
on         message m2       T2<T1 +T2      1c 2a                  R3     S44
on         completed 2      -              1c 2c                  R7     I16
on         reopened 1       -              1a 2c                  R7     S43
on         message m3       +T1            1a 2c                  R2     S43
on         completed 1      -              1c 2c                  R7     I16
on         message m4       T3<T2 +T3      1c 2c 3a               R3     S44

story a deleted task is named without a link
on         message m1       T1 +T1         1a                     R1     S30
on         deleted 1        -              1d                     R7     I16
on         message m2       T2<T1! +T2     1d 2a                  R3     S42 I2
on         reopened 1       -              1a 2a                  R7     S43
on         deleted 2        -              1a 2d                  R7     I16
on         message m3       +T1            1a 2d                  R2     S43

story with the setting off, one task whatever its status
off        message m1       T1 +T1         1a                     R1     S30
off        completed 1      -              1c                     R7     I16
off        message m2       +T1            1c                     R4     S45
off        inactive 1       -              1i                     R7     I16
off        message m3       +T1            1i                     R4     S45
off        message m3       -              1i                     R6     I7
off        active 1         -              1a                     R7     I16
off        message m4       +T1            1a                     R4     S45

story with the setting off, a deleted task is followed by a new one
off        message m1       T1 +T1         1a                     R1     S30
off        deleted 1        -              1d                     R7     I16
off        message m2       T2<T1! +T2     1d 2a                  R5     I3 I2
off        message m3       +T2            1d 2a                  R4     S45

story the setting changes in between
on         message m1       T1 +T1         1a                     R1     S30
on         completed 1      -              1c                     R7     I16
off        message m2       +T1            1c                     R4     S45
on         message m3       T2<T1 +T2      1c 2a                  R3     S42
on         completed 2      -              1c 2c                  R7     I16
on         reopened 1       -              1a 2c                  R7     I16
off        message m4       +T2            1a 2c                  R4     S45

story changes of tasks that nobody opened
on         completed 1      -              -                      R8     I16
on         message m1       T1 +T1         1a                     R1     S30
on         completed 7      -              1a                     R8     I16
on         other 1          -              1a                     R7     I16
on         message m2       +T1            1a                     R2     S37
";

/// S28.
#[test]
fn stories_hold() {
    let mut state = State::default();
    let mut story = "";
    for line in STORIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("story ") {
            (state, story) = (State::default(), name);
            continue;
        }
        let row = Row::parse(line);
        let (next, effects) = step(state, row.policy, row.event.clone());
        assert_eq!(show_effects(&effects), row.effects, "{story}: {line}");
        assert_eq!(show_tasks(&next), row.tasks, "{story}: {line}");
        assert_eq!(next.check(), Ok(()), "{story}: {line}");
        state = next;
    }
}

#[test]
fn every_rule_has_a_row_and_every_rows_rule_exists() {
    let rules = ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"];
    for rule in rules {
        assert!(STORIES.split_whitespace().any(|word| word == rule), "no row shows {rule}");
    }
    let documented = include_str!("../routing.rs");
    for word in STORIES.split_whitespace().filter(|word| is_rule(word)) {
        assert!(rules.contains(&word), "{word} is no rule");
        assert!(documented.contains(&format!("| {word} |")), "{word} is not in the rule list");
    }
    for id in ["S37", "S41", "S42", "S43", "S44", "S45", "I2", "I3", "I16"] {
        assert!(STORIES.split_whitespace().any(|word| word == id), "no row shows {id}");
    }
}

#[test]
fn the_memory_is_bounded_and_keeps_active_tasks() {
    let on = Policy { new_task_when_none_active: true };
    let mut state = State::default();
    for round in 0..100_u64 {
        let (next, effects) = step(state, on, Event::Message(format!("m{round}")));
        assert_eq!(effects.len(), 2, "every round opens a task");
        let number = next.opened;
        (state, _) = step(next, on, Event::Task { number, change: TaskChange::Completed });
        if round == 0 {
            state.tasks[0].status = Status::Inactive;
        }
    }
    assert_eq!((state.opened, state.tasks.len(), state.recent.len()), (100, TASKS_MAX, RECENT_MAX));
    assert_eq!(state.recent.first().map(String::as_str), Some("m68"));
    assert_eq!(state.latest(), Some(Opened { number: 100, status: Status::Completed }));
}

#[test]
fn an_old_active_task_outlives_newer_idle_ones() {
    let mut state = State { opened: 16, tasks: Vec::new(), recent: Vec::new() };
    state.tasks = (1..=16).map(|number| Opened { number, status: Status::Completed }).collect();
    state.tasks[0].status = Status::Active;
    let effects = state.open();
    assert_eq!(show_effects(&effects), "T17<T16 +T17");
    assert_eq!(state.tasks[0], Opened { number: 1, status: Status::Active });
    assert_eq!(state.tasks[1].number, 3, "task 2 was the oldest that was not active");
}

#[test]
fn the_current_task_is_active_or_the_latest_that_exists() {
    let task = |number, status| Opened { number, status };
    let cases = [
        (vec![], None),
        (vec![task(1, Status::Active), task(2, Status::Completed)], Some(1)),
        (vec![task(1, Status::Completed), task(2, Status::Deleted)], Some(1)),
        (vec![task(1, Status::Deleted)], None),
    ];
    for (tasks, expected) in cases {
        let state = State { opened: tasks.len() as u64, tasks, recent: Vec::new() };
        assert_eq!(state.current().map(|task| task.number), expected);
    }
}

#[test]
fn check_names_what_is_wrong() {
    let broken = |tasks: &[u64], opened| State {
        opened,
        tasks: tasks.iter().map(|&number| Opened { number, status: Status::Active }).collect(),
        recent: Vec::new(),
    };
    let many: Vec<u64> = (1..=17).collect();
    for (state, says) in [
        (broken(&[2, 1], 1), "tasks out of order"),
        (broken(&[1, 2], 3), "the latest task is not the last one opened"),
        (broken(&[0], 0), "a task without a number"),
        (broken(&many, 17), "more tasks than are remembered"),
        (State { recent: vec![String::new(); 33], ..State::default() }, "more messages than are remembered"),
    ] {
        assert_eq!(state.check(), Err(says));
    }
}

struct Row {
    policy: Policy,
    event: Event,
    effects: String,
    tasks: String,
}

impl Row {
    /// Columns are separated by two blanks or more.
    fn parse(line: &str) -> Self {
        let columns: Vec<&str> =
            line.split("  ").map(str::trim).filter(|column| !column.is_empty()).collect();
        let [setting, event, effects, tasks, _rules, _requirements] = columns[..] else {
            panic!("six columns, please: {line}");
        };
        let policy = Policy { new_task_when_none_active: setting == "on" };
        Self { policy, event: parse_event(event), effects: effects.to_owned(), tasks: tasks.to_owned() }
    }
}

fn parse_event(text: &str) -> Event {
    let (kind, what) = text.split_once(' ').expect("an event has two words");
    let task = |change| Event::Task { number: what.parse().expect("a task's number"), change };
    match kind {
        "message" => Event::Message(what.to_owned()),
        "active" => task(TaskChange::Active),
        "inactive" => task(TaskChange::Inactive),
        "completed" => task(TaskChange::Completed),
        "deleted" => task(TaskChange::Deleted),
        "reopened" => task(TaskChange::Reopened),
        other => task(TaskChange::Other(other.to_owned())),
    }
}

fn show_effects(effects: &[Effect]) -> String {
    let show = |effect: &Effect| match effect {
        Effect::OpenTask { number, previous: None } => format!("T{number}"),
        Effect::OpenTask { number, previous: Some(Previous { number: before, deleted }) } => {
            format!("T{number}<T{before}{}", if *deleted { "!" } else { "" })
        }
        Effect::AddAction { number } => format!("+T{number}"),
    };
    dash_if_empty(effects.iter().map(show).collect())
}

fn show_tasks(state: &State) -> String {
    let letter = |status| match status {
        Status::Active => 'a',
        Status::Inactive => 'i',
        Status::Completed => 'c',
        Status::Deleted => 'd',
    };
    dash_if_empty(state.tasks.iter().map(|task| format!("{}{}", task.number, letter(task.status))).collect())
}

fn dash_if_empty(words: Vec<String>) -> String {
    if words.is_empty() { "-".to_owned() } else { words.join(" ") }
}

fn is_rule(word: &str) -> bool {
    word.strip_prefix('R').is_some_and(|digits| digits.parse::<u8>().is_ok())
}
