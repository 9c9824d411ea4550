//! The desk's own secret values, sealed like accounts' and kept among its few values: so far the key that signs links to
//! files. Not here: what is signed with it (`attachments::links`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desk_store::{Result, Store, Tx};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use super::keys::{Keys, Place, SealError, Slot, key_of};

const LINK_KEY: &str = "link-key";
const LINK_KEY_BYTES: usize = 32;
const LINK_KEY_PLACE: Place = Place { account: "", name: LINK_KEY, slot: Slot::Value };

/// The key that signs links. A store without one gets a new one.
///
/// # Errors
/// The one that is there does not open, or a new one cannot be kept.
pub async fn link_key(store: &Store, keys: &Keys) -> Result<Zeroizing<[u8; LINK_KEY_BYTES]>> {
    if let Some(sealed) = store.read(|tx| tx.meta(LINK_KEY)).await? {
        return opened(keys, &sealed);
    }
    let mut key = Zeroizing::new([0; LINK_KEY_BYTES]);
    getrandom::fill(key.as_mut()).map_err(|_| SealError::Randomness)?;
    let sealed = sealed(keys, &key)?;
    store.write(move |tx| tx.set_meta(LINK_KEY, &sealed)).await?;
    Ok(key)
}

/// Seals it anew with the first key, if an older one had sealed it.
///
/// # Errors
/// It does not open, or the database cannot be written.
pub(super) fn seal_anew(tx: &Tx, keys: &Keys) -> Result<()> {
    let Some(old) = tx.meta(LINK_KEY)? else { return Ok(()) };
    if STANDARD.decode(&old).is_ok_and(|sealed| key_of(&sealed) == Some(keys.first())) {
        return Ok(());
    }
    tx.set_meta(LINK_KEY, &sealed(keys, &*opened(keys, &old)?)?)
}

fn sealed(keys: &Keys, key: &[u8; LINK_KEY_BYTES]) -> Result<String> {
    let text = Zeroizing::new(STANDARD.encode(key));
    Ok(STANDARD.encode(keys.seal(LINK_KEY_PLACE, &text)?))
}

fn opened(keys: &Keys, sealed: &str) -> Result<Zeroizing<[u8; LINK_KEY_BYTES]>> {
    let damaged = || SealError::Damaged { account: "the desk".into(), name: LINK_KEY.into() };
    let text = keys.open(LINK_KEY_PLACE, &STANDARD.decode(sealed).map_err(|_| damaged())?)?;
    let bytes = Zeroizing::new(STANDARD.decode(text.expose_secret()).map_err(|_| damaged())?);
    let key = bytes.as_slice().try_into().map_err(|_| damaged())?;
    Ok(Zeroizing::new(key))
}
