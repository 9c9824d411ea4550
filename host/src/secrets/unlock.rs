//! Where the master key comes from, and whether it is the one that the database was sealed with: a wrong one is noticed
//! before anything is changed. Not here: what is done with it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desk_store::{Store, Tx};
use secrecy::zeroize::Zeroizing;

use super::keys::{Keys, Place, SealError, Slot, key_of};
use super::{own, rows};

/// The name, among the desk's own values, of one that everybody knows: it opens with the right key only.
const CHECK_NAME: &str = "key-check";
const CHECK_PLACE: Place = Place { account: "", name: CHECK_NAME, slot: Slot::Value };
const CHECK_TEXT: &str = "the right key";

/// Where the master key is.
pub struct KeySource {
    /// As messages name it.
    name: String,
    /// `None`: in the data folder, where it is made at the first start.
    keys: Option<Keys>,
    file: PathBuf,
}

impl KeySource {
    /// Reads the keys: those of the text (from `DESK_KEY`), else of the file, else of `desk.key` in the data folder, where
    /// they may be missing. Nothing is made yet.
    ///
    /// # Errors
    /// Both are given; the file that was named is not there; what is there is no key.
    pub fn read(text: Option<&str>, file: Option<&Path>, data: &Path) -> anyhow::Result<Self> {
        let own = default_file(data);
        if let Some(text) = text {
            ensure!(file.is_none(), "DESK_KEY and --key-file both give the master key: leave one out");
            let keys = Keys::parse(text).context("DESK_KEY")?;
            return Ok(Self { name: "DESK_KEY".into(), keys: Some(keys), file: own });
        }
        let (path, may_miss) = file.map_or((own, true), |file| (file.to_owned(), false));
        let name = path.display().to_string();
        let keys = match fs::read_to_string(&path) {
            Ok(text) => Some(Keys::parse(&Zeroizing::new(text)).with_context(|| name.clone())?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_miss => None,
            Err(error) => return Err(error).with_context(|| format!("the master key {name} cannot be read")),
        };
        if keys.is_some() {
            warn_of_readers(&path);
        }
        Ok(Self { name, keys, file: path })
    }
}

/// The keys, once they have opened the database's known value. A new database gets one, and a new key if there is none.
/// What an older key had sealed is sealed anew with the first one, in one transaction.
///
/// # Errors
/// The key is missing or a wrong one; then nothing is changed.
pub async fn unlock(store: &Store, source: KeySource) -> anyhow::Result<Keys> {
    let KeySource { name, keys, file } = source;
    let (check, is_new) = store.read(|tx| Ok((tx.meta(CHECK_NAME)?, tx.all_secrets()?.is_empty()))).await?;
    let keys = match (keys, &check) {
        (Some(keys), _) => keys,
        (None, None) if is_new => make_first(&file)?,
        (None, _) => bail!(
            "the secrets in the database are sealed, and their master key {name} is not there: put it back from where \
             you keep it, or name it with --key-file or DESK_KEY"
        ),
    };
    match check {
        Some(check) => verify(&keys, &check, &name)?,
        None => ensure!(
            is_new,
            "the database has secrets, and nothing to check their key {name} by: it is damaged"
        ),
    }
    let keys = store
        .write(move |tx| {
            keep_check(tx, &keys)?;
            own::seal_anew(tx, &keys)?;
            let count = rows::seal_anew(tx, &keys)?;
            Ok((keys, count))
        })
        .await
        .map(|(keys, count)| {
            if count > 0 {
                tracing::info!(key.id = %keys.first(), count, "secrets were sealed anew: no older key is needed");
            }
            keys
        })?;
    Ok(keys)
}

/// Puts a new key before those of the file. It seals from the desk's next start on; that start seals anew what there is.
///
/// # Errors
/// The file cannot be read or written, or has no key; then it is as it was.
pub fn rotate(file: Option<&Path>, data: &Path) -> anyhow::Result<PathBuf> {
    let file = file.map_or_else(|| default_file(data), Path::to_owned);
    let name = file.display().to_string();
    let old = fs::read_to_string(&file).with_context(|| format!("the master key {name} cannot be read"))?;
    let old = Zeroizing::new(old);
    Keys::parse(&old).with_context(|| name.clone())?;
    let text = Zeroizing::new(format!("{}\n{}", *Keys::generate()?, *old));
    write_key(&file, &text).with_context(|| format!("the master key {name} cannot be written"))?;
    Ok(file)
}

fn default_file(data: &Path) -> PathBuf {
    data.join("desk.key")
}

fn make_first(file: &Path) -> anyhow::Result<Keys> {
    let name = file.display().to_string();
    let text = Keys::generate()?;
    write_key(file, &format!("{}\n", *text))
        .with_context(|| format!("no master key could be made in {name}"))?;
    println!("master key: {name}; keep a copy apart from the database's: without it no backup can be read");
    tracing::info!(file = name, "a master key was made: without it no backup of the database can be read");
    Keys::parse(&text).with_context(|| name)
}

/// In one step and for its owner only: a stop half way leaves what was there.
fn write_key(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("key.new");
    // What a stop left behind has another text.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut writer = File::options().write(true).create_new(true).mode(0o600).open(&new)?;
    writer.write_all(text.as_bytes())?;
    writer.sync_all()?;
    fs::rename(&new, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn verify(keys: &Keys, check: &str, name: &str) -> anyhow::Result<()> {
    let sealed = STANDARD.decode(check).unwrap_or_default();
    match keys.open(CHECK_PLACE, &sealed) {
        Ok(_) => Ok(()),
        Err(SealError::UnknownKey { key, .. }) => bail!(
            "{name} is not the master key of this database, which is sealed with the key {key}; it has {}. Put the right \
             one back from where you keep it, or name it with --key-file or DESK_KEY; nothing was changed",
            keys.ids()
        ),
        Err(SealError::Damaged { .. } | SealError::Randomness) => {
            bail!("the value that {name} is checked by is damaged: restore the database from a backup")
        }
    }
}

/// Keeps the known value under the first key.
fn keep_check(tx: &Tx, keys: &Keys) -> desk_store::Result<()> {
    let has = tx.meta(CHECK_NAME)?.and_then(|check| key_of(&STANDARD.decode(check).ok()?));
    if has == Some(keys.first()) {
        return Ok(());
    }
    tx.set_meta(CHECK_NAME, &STANDARD.encode(keys.seal(CHECK_PLACE, CHECK_TEXT)?))
}

/// A container's secret is often mounted so that everybody in it may read it: a word of warning, and no refusal.
fn warn_of_readers(file: &Path) {
    let mode = fs::metadata(file).map(|about| about.permissions().mode()).unwrap_or_default();
    if mode & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "others on this machine may read the master key: chmod 600");
    }
}
