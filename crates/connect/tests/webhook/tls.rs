//! Secure connections: to whom, and what they die of.

use super::receiver::{Act, Receiver, answer, read};
use super::{Patience, Said, Scripted, send, sender_with};
use connect::webhook::{Class, Failure, Walls};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A secure receiver with a certificate for a name, and the certificate.
async fn secure(name: &str) -> (SocketAddr, Vec<u8>) {
    connect::tls::provide();
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let certificate = made.cert.der().clone();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let version = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
            assert_eq!(version.as_deref(), None, "this server names no protocol");
            while read(&mut stream).await.is_some() {
                if stream.write_all(&answer("200 OK", &[], b"safe")).await.is_err() {
                    break;
                }
            }
        }
    });
    (address, certificate.to_vec())
}

async fn outcome(port: u16, roots: Vec<Vec<u8>>) -> (Class, String) {
    outcome_within(port, roots, Patience::Long).await
}

async fn outcome_within(port: u16, roots: Vec<Vec<u8>>, patience: Patience) -> (Class, String) {
    let resolver = Arc::new(Scripted::default());
    let post = sender_with(patience, &resolver, roots);
    resolver.say([Said::Addresses(vec!["127.0.0.1".parse().unwrap()])]);
    let outcome = send(&post, &format!("https://localhost:{port}/hook"), &Walls::sandbox()).await;
    (outcome.class, outcome.excerpt)
}

#[tokio::test]
async fn a_trusted_receiver_gets_the_message_over_tls() {
    let (address, certificate) = secure("localhost").await;
    let (class, excerpt) = outcome(address.port(), vec![certificate]).await;
    assert_eq!((class, excerpt.as_str()), (Class::Delivered, "safe"));
}

#[tokio::test]
async fn a_stranger_a_false_name_and_a_plain_server_fail_as_tls() {
    let tls = Class::Failed(Failure::Tls);
    let (stranger, _) = secure("localhost").await;
    assert_eq!(outcome(stranger.port(), Vec::new()).await.0, tls);
    let (false_name, certificate) = secure("hook.example.com").await;
    assert_eq!(outcome(false_name.port(), vec![certificate]).await.0, tls);
    let plain = Receiver::start(Act::Hang).await;
    let silent = outcome_within(plain.address.port(), Vec::new(), Patience::Short).await;
    assert_eq!(silent.0, Class::Failed(Failure::Timeout));
    // A server that speaks first, and not TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            std::future::pending::<()>().await;
        }
    });
    assert_eq!(outcome(port, Vec::new()).await.0, tls);
}
