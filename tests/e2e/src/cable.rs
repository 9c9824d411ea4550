//! A cable between the desk and the simulator that can be pulled: what goes through is not looked at.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Passes connections on to another address, until it is pulled.
pub struct Cable {
    /// Its end at the desk's side, which stays the same.
    pub address: SocketAddr,
    to: String,
    running: Option<JoinHandle<()>>,
}

impl Cable {
    /// A cable to the address in a URL such as `http://127.0.0.1:9000`.
    ///
    /// # Errors
    /// No port is free.
    pub async fn to(url: &str) -> anyhow::Result<Self> {
        let to = url.strip_prefix("http://").context("an address after http://")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let running = Some(tokio::spawn(pass(listener, to.clone())));
        Ok(Self { address, to, running })
    }

    /// Cuts every connection, and lets none be made.
    pub async fn pull(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            // Ends with the listener closed; that it was aborted is no news.
            let _ = running.await;
        }
    }

    /// Puts it in again.
    ///
    /// # Errors
    /// Its port was taken meanwhile.
    pub async fn plug(&mut self) -> anyhow::Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        self.running = Some(tokio::spawn(pass(listener, self.to.clone())));
        Ok(())
    }
}

async fn pass(listener: TcpListener, to: String) {
    // Dropped with this task, and with it every connection.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let to = to.clone();
        connections.spawn(async move {
            let Ok(mut far) = TcpStream::connect(to).await else { return };
            // A connection that breaks is what a cable is for.
            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
        });
    }
}
