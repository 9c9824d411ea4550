//! Secrets in the store: opened for who sends or verifies, sealed for what is kept. Not here: the cipher (`keys`).

use desk_store::{Result, SealedSecret, Tx};
use secrecy::ExposeSecret as _;

use super::keys::{Keys, Place, Slot, key_of};
use super::values::Secrets;

/// Keeps the secrets of a new account.
///
/// # Errors
/// The database cannot be written.
pub fn keep(tx: &Tx, keys: &Keys, account: &str, secrets: &Secrets) -> Result<()> {
    for (name, value) in secrets.iter() {
        let value = keys.seal(Place { account, name, slot: Slot::Value }, value)?;
        tx.put_secret(&SealedSecret {
            account: account.to_owned(),
            name: name.to_owned(),
            value,
            candidate: None,
        })?;
    }
    Ok(())
}

/// Keeps new values beside those that work, until [`accept_candidates`] or [`Tx::forget_candidates`]. One that has no
/// elder is taken as it is.
///
/// # Errors
/// The database cannot be written.
pub fn keep_candidates(tx: &Tx, keys: &Keys, account: &str, secrets: &Secrets) -> Result<()> {
    let rows = tx.secrets(account)?;
    for (name, value) in secrets.iter() {
        match rows.iter().find(|row| row.name == name) {
            None => {
                let new = [(name.to_owned(), value.into())].into_iter().collect();
                keep(tx, keys, account, &new)?;
            }
            Some(row) => {
                let candidate = keys.seal(Place { account, name, slot: Slot::Candidate }, value)?;
                tx.put_secret(&SealedSecret { candidate: Some(candidate), ..row.clone() })?;
            }
        }
    }
    Ok(())
}

/// Makes the candidates the account's secrets.
///
/// # Errors
/// The database cannot be written, or one does not open.
pub fn accept_candidates(tx: &Tx, keys: &Keys, account: &str) -> Result<()> {
    for row in tx.secrets(account)? {
        let Some(candidate) = &row.candidate else { continue };
        let value = keys.open(place(&row, Slot::Candidate), candidate)?;
        let value = keys.seal(place(&row, Slot::Value), value.expose_secret())?;
        tx.put_secret(&SealedSecret { value, candidate: None, ..row })?;
    }
    Ok(())
}

/// The account's secrets that work.
///
/// # Errors
/// The database cannot be read, or one does not open.
pub fn values(tx: &Tx, keys: &Keys, account: &str) -> Result<Secrets> {
    let open = |row: &SealedSecret| Ok((row.name.clone(), keys.open(place(row, Slot::Value), &row.value)?));
    tx.secrets(account)?.iter().map(open).collect()
}

/// The account's secrets as they will be if the candidates are accepted; `None` without candidates.
///
/// # Errors
/// The database cannot be read, or one does not open.
pub fn candidates(tx: &Tx, keys: &Keys, account: &str) -> Result<Option<Secrets>> {
    let rows = tx.secrets(account)?;
    if rows.iter().all(|row| row.candidate.is_none()) {
        return Ok(None);
    }
    let open = |row: &SealedSecret| {
        let value = match &row.candidate {
            Some(candidate) => keys.open(place(row, Slot::Candidate), candidate)?,
            None => keys.open(place(row, Slot::Value), &row.value)?,
        };
        Ok((row.name.clone(), value))
    };
    rows.iter().map(open).collect::<Result<_>>().map(Some)
}

/// Seals anew, with the first key, what was sealed with another one; how many rows. A row that does not open stays as it
/// is: it may open another day, with the key that is missing now.
///
/// # Errors
/// The database cannot be read or written.
pub fn seal_anew(tx: &Tx, keys: &Keys) -> Result<usize> {
    let first = Some(keys.first());
    let is_old = |row: &SealedSecret| {
        key_of(&row.value) != first || row.candidate.as_deref().is_some_and(|it| key_of(it) != first)
    };
    let mut count = 0;
    for row in tx.all_secrets()?.into_iter().filter(is_old) {
        match sealed_anew(keys, &row) {
            Ok(row) => {
                tx.put_secret(&row)?;
                count += 1;
            }
            Err(error) => {
                tracing::error!(account.id = row.account, %error, "a secret stays under its old key")
            }
        }
    }
    Ok(count)
}

fn sealed_anew(keys: &Keys, row: &SealedSecret) -> Result<SealedSecret> {
    let anew = |slot, sealed: &[u8]| -> Result<Vec<u8>> {
        let value = keys.open(place(row, slot), sealed)?;
        Ok(keys.seal(place(row, slot), value.expose_secret())?)
    };
    Ok(SealedSecret {
        value: anew(Slot::Value, &row.value)?,
        candidate: row.candidate.as_deref().map(|sealed| anew(Slot::Candidate, sealed)).transpose()?,
        ..row.clone()
    })
}

fn place(row: &SealedSecret, slot: Slot) -> Place<'_> {
    Place { account: &row.account, name: &row.name, slot }
}

#[cfg(test)]
mod tests {
    use desk_store::{NewAccount, Store};

    use super::*;

    const ACCOUNTS: usize = 10;

    /// G20: a sealed row in the place of another account's is refused, whichever two they are, as value and as candidate;
    /// in its own place each opens.
    #[tokio::test]
    async fn rows_swapped_between_accounts_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("desk.sqlite")).expect("a store");
        let keys = Keys::parse(&Keys::generate().expect("a key")).expect("a key");
        let refused = store.write(move |tx| {
            let id = |number: usize| format!("viber-{number}");
            for number in 0..ACCOUNTS {
                let (channel, name) = ("viber".into(), "Shop".into());
                let settings = serde_json::json!({});
                tx.add_account(&NewAccount {
                    id: id(number),
                    channel,
                    name,
                    settings,
                    configured_by: None,
                    at: 1,
                })?;
                let of = |what: &str| {
                    [("api_key".to_owned(), format!("{what}-{number}").into())].into_iter().collect()
                };
                keep(tx, &keys, &id(number), &of("value"))?;
                keep_candidates(tx, &keys, &id(number), &of("candidate"))?;
            }
            let mut refused = 0;
            for (from, to) in (0..ACCOUNTS * ACCOUNTS).map(|pair| (pair / ACCOUNTS, pair % ACCOUNTS)) {
                let own = tx.secrets(&id(to))?.remove(0);
                let stolen = tx.secrets(&id(from))?.remove(0);
                tx.put_secret(&SealedSecret { account: id(to), ..stolen })?;
                let (value, candidate) = (values(tx, &keys, &id(to)), candidates(tx, &keys, &id(to)));
                if from == to {
                    let candidate = candidate?.unwrap_or_default();
                    assert_eq!(value?.get("api_key"), Some(format!("value-{to}").as_str()));
                    assert_eq!(candidate.get("api_key"), Some(format!("candidate-{to}").as_str()));
                } else {
                    refused += usize::from(value.is_err()) + usize::from(candidate.is_err());
                }
                tx.put_secret(&own)?;
            }
            Ok(refused)
        });
        assert_eq!(refused.await.expect("the store writes"), 2 * ACCOUNTS * (ACCOUNTS - 1));
    }
}
