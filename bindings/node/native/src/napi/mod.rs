//! Where Node calls in.
//!
//! All functions run on the thread of JavaScript, one at a time, and none of them calls
//! JavaScript; so each may use the whole [`State`] of its thread. None of them throws:
//! a refusal is an answer too.

mod counter;
mod state;
mod values;

use std::ffi::CStr;
use std::ptr;
use std::sync::Arc;

use headcount::{Directory, User, UserView};
use napi_sys as sys;

use self::counter::{counter, generation};
use self::state::State;
use crate::answer::{self, Answer, Refusal};
use crate::handle::{Handle, Job};
use crate::mailbox::Done;
use crate::{pool, run, text};

type Result<T> = std::result::Result<T, Refusal>;

/// Called by Node when a thread loads the addon.
///
/// # Safety
///
/// `env` and `exports` are those of the thread that loads it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn napi_register_module_v1(
    env: sys::napi_env,
    exports: sys::napi_value,
) -> sys::napi_value {
    let functions: [(&CStr, sys::napi_callback); 11] = [
        (c"call", Some(call)),
        (c"callSync", Some(call_sync)),
        (c"cancel", Some(cancel)),
        (c"close", Some(close)),
        (c"closeSync", Some(close_sync)),
        (c"counter", Some(counter)),
        (c"generation", Some(generation)),
        (c"get", Some(get)),
        (c"getByUsername", Some(get_by_username)),
        (c"wait", Some(wait)),
        (c"versions", Some(versions)),
    ];
    // SAFETY: as the caller says; names end with NUL, and the state outlives the functions.
    unsafe {
        // There the functions of Node have to be looked up first.
        #[cfg(target_env = "msvc")]
        std::mem::forget(sys::setup());
        let state = State::new(env);
        for (name, function) in functions {
            let mut value = ptr::null_mut();
            let length = name.count_bytes().cast_signed();
            sys::napi_create_function(
                env,
                name.as_ptr(),
                length,
                function,
                state.cast(),
                &raw mut value,
            );
            sys::napi_set_named_property(env, exports, name.as_ptr(), value);
        }
    }
    exports
}

/// The Node-API that the addon needs, for Node to check.
#[unsafe(no_mangle)]
pub extern "C" fn node_api_module_get_api_version_v1() -> i32 {
    6
}

/// The release and the layout of texts: `0.1.0 1`.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn versions(
    env: sys::napi_env,
    _info: sys::napi_callback_info,
) -> sys::napi_value {
    let mut answer = text::Text::default();
    answer.push(&format!("{} {}", env!("CARGO_PKG_VERSION"), text::LAYOUT));
    // SAFETY: the call runs.
    unsafe { values::string(env, &answer) }
}

/// A user by id, email or username: `get(handle, text)`. Undefined where there is none.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn get(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: the call runs.
    unsafe {
        look_up(env, info, |directory, text| {
            // Most are emails, which are looked up without a copy.
            if text.contains('@')
                && let Some(user) = directory.user_by_email(text)?
            {
                return Ok(Some(user));
            }
            Ok(directory.user(text)?)
        })
    }
}

/// A user by username: `getByUsername(handle, text)`.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn get_by_username(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: the call runs.
    unsafe {
        look_up(env, info, |directory, text| {
            Ok(directory.user_by_username(text)?)
        })
    }
}

/// # Safety
///
/// `env` and `info` are those of a call that runs.
unsafe fn look_up(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    look_up: impl FnOnce(&Directory, &str) -> Result<Option<Arc<User>>>,
) -> sys::napi_value {
    // SAFETY: as the caller says; no other call uses the state.
    unsafe {
        let Some(([number, key], state)) = values::arguments::<2, State>(env, info) else {
            return ptr::null_mut();
        };
        let state = &mut *state;
        let number = values::index(env, number);
        let found = values::with_text(env, key, |key| {
            let directory = state.handle(number)?.directory();
            run::guarded(|| look_up(directory, key.ok_or_else(no_text)?))
        });
        match found {
            Ok(None) => ptr::null_mut(),
            Ok(Some(user)) => {
                state.text.clear();
                state.text.user(&UserView::from(&*user));
                values::string(env, &state.text)
            }
            Err(refusal) => values::string(env, &answer::write(Err(refusal))[0]),
        }
    }
}

fn no_text() -> Refusal {
    let what = "an argument is not what it should be: give a text of whole characters";
    Refusal::new(headcount::ErrorKind::InvalidArgument, what)
}

/// Carries out a request on another thread: `call(handle, json)`, with 0 for a request
/// that needs no directory. Returns a promise of the answer.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn call(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: the call runs, and no other one uses the state.
    unsafe {
        let Some(([number, request], state)) = values::arguments::<2, State>(env, info) else {
            return ptr::null_mut();
        };
        let state = &mut *state;
        let job = begin(state, values::index(env, number));
        let request = values::with_text(env, request, |text| text.map(str::to_owned));
        let (ticket, promise) = state.promise(env);
        let mailbox = Arc::clone(&state.mailbox);
        pool::run(move || {
            let outcome = match &job {
                Ok(job) => carry_out(job.as_deref(), request.as_deref()),
                Err(refusal) => Err(refusal.clone()),
            };
            mailbox.post(Done::new(ticket, outcome));
            // Closing waits for this, and so comes after it.
            drop(job);
        });
        promise
    }
}

/// Carries out a request here and now: `callSync(handle, json)`.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn call_sync(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: the call runs, and no other one uses the state.
    unsafe {
        let Some(([number, request], state)) = values::arguments::<2, State>(env, info) else {
            return ptr::null_mut();
        };
        let state = &mut *state;
        let job = begin(state, values::index(env, number));
        let outcome = values::with_text(env, request, |request| {
            job.and_then(|job| carry_out(job.as_deref(), request))
        });
        let (outcome, opened) = match outcome {
            Ok((answer, opened)) => (Ok(answer), opened),
            Err(refusal) => (Err(refusal), None),
        };
        let mut texts = answer::write(outcome);
        if let Some(handle) = opened {
            texts[0].push(&state.add_handle(handle).to_string());
        }
        values::strings(env, &texts)
    }
}

fn begin(state: &State, number: u32) -> Result<Option<Job>> {
    match number {
        0 => Ok(None),
        _ => Ok(Some(state.handle(number)?.begin()?)),
    }
}

fn carry_out(
    handle: Option<&Handle>,
    request: Option<&str>,
) -> Result<(Answer, Option<Arc<Handle>>)> {
    let request = request.ok_or_else(no_text)?;
    run::guarded(|| match handle {
        None => run::alone(serde_json::from_str(request)?),
        Some(handle) => Ok((run::with(handle, serde_json::from_str(request)?)?, None)),
    })
}

/// Closes a directory: `close(handle)`. Whatever comes after is refused at once, and the
/// promise that it returns is settled when all is done.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn close(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: the call runs, and no other one uses the state.
    unsafe {
        let Some(([number], state)) = values::arguments::<1, State>(env, info) else {
            return ptr::null_mut();
        };
        let state = &mut *state;
        let handle = state.take_handle(values::index(env, number));
        let (ticket, promise) = state.promise(env);
        let mailbox = Arc::clone(&state.mailbox);
        pool::run(move || {
            let closed = run::guarded(|| handle.map_or(Ok(()), |handle| handle.close()));
            mailbox.post(Done::new(ticket, closed.map(|()| (Answer::none(), None))));
        });
        promise
    }
}

/// Closes a directory here and now: `closeSync(handle)`.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn close_sync(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: the call runs, and no other one uses the state.
    unsafe {
        let Some(([number], state)) = values::arguments::<1, State>(env, info) else {
            return ptr::null_mut();
        };
        let handle = (*state).take_handle(values::index(env, number));
        let closed = run::guarded(|| handle.map_or(Ok(()), |handle| handle.close()));
        values::strings(env, &answer::write(closed.map(|()| Answer::none())))
    }
}

/// Waits for a change beyond `position`: `wait(handle, ticket, position)`. The promise
/// that it returns is settled when there is one, when the wait is cancelled by its
/// ticket, or when the directory is closed.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn wait(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: the call runs, and no other one uses the state.
    unsafe {
        let Some(([number, ticket, position], state)) = values::arguments::<3, State>(env, info)
        else {
            return ptr::null_mut();
        };
        let state = &mut *state;
        let waiter = state.global(values::index(env, ticket));
        let position = values::large(env, position);
        let handle = state.handle(values::index(env, number)).map(Arc::clone);
        let (ticket, promise) = state.promise(env);
        let mailbox = Arc::clone(&state.mailbox);
        let wake = move || mailbox.post(Done::new(ticket, Ok((Answer::none(), None))));
        match handle {
            Ok(handle) => handle
                .watch()
                .wait(handle.directory(), waiter, position, Box::new(wake)),
            // Whoever reads now is told that it is closed.
            Err(_) => wake(),
        }
        promise
    }
}

/// Ends a wait: `cancel(handle, ticket)`.
///
/// # Safety
///
/// Called by Node.
unsafe extern "C" fn cancel(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: the call runs, and no other one uses the state.
    unsafe {
        if let Some(([number, ticket], state)) = values::arguments::<2, State>(env, info)
            && let Ok(handle) = (*state).handle(values::index(env, number))
        {
            handle
                .watch()
                .cancel((*state).global(values::index(env, ticket)));
        }
    }
    ptr::null_mut()
}
