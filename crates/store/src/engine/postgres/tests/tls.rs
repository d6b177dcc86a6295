//! TLS: who is believed to be the server.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// A certificate authority of the test's own.
fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

async fn told(url: &str, root: &str) -> Result<i64, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root.pem");
    std::fs::write(&file, root).unwrap();
    let options = PostgresOptions { root_certificate: Some(file), ..NARROW };
    let db = Postgres::connect(url, options).await.map_err(|e| e.to_string())?;
    // The statistics of sessions are a superuser's to see but for one's own.
    let sql =
        "select case when ssl then 1 else 0 end from pg_stat_ssl where pid = pg_backend_pid()";
    let rows = db.read(vec![Query::new(sql, [])]).await.map_err(|e| e.to_string())?;
    Ok(rows[0][0].int(0).unwrap())
}

#[tokio::test]
async fn a_server_is_believed_by_its_root_and_its_name_only() {
    let (ours, other) = (authority("ours"), authority("other"));
    let key = KeyPair::generate().unwrap();
    let name = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = name.signed_by(&key, &ours).unwrap();
    let cluster = Cluster::on_loopback(&certificate.pem(), &key.serialize_pem());
    let url = cluster.database();
    let (right, wrong) = (cluster.by_port(&url, "localhost"), cluster.by_port(&url, "127.0.0.1"));

    for mode in ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-full"] {
        assert_eq!(told(&format!("{right}{mode}"), &ours.pem()).await, Ok(1), "{mode}");
        let refused = told(&format!("{right}{mode}"), &other.pem()).await.unwrap_err();
        assert!(refused.contains("UnknownIssuer"), "{mode}: {refused}");
        let refused = told(&format!("{wrong}{mode}"), &ours.pem()).await.unwrap_err();
        assert!(refused.contains("not valid for name"), "{mode}: {refused}");
    }
    assert_eq!(told(&format!("{wrong}?sslmode=disable"), &ours.pem()).await, Ok(0));
    assert_eq!(told(&format!("{url}?sslmode=require"), &ours.pem()).await, Ok(0), "a socket");
    let refused = told(&right, "no certificate").await.unwrap_err();
    assert!(refused.contains("root_certificate") && refused.contains("PEM"), "{refused}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_required() {
    let cluster = Cluster::on_loopback("", "");
    let (url, root) = (cluster.database(), authority("ours").pem());
    let url = cluster.by_port(&url, "localhost");
    assert_eq!(told(&url, &root).await, Ok(0));
    for mode in ["require", "verify-full"] {
        let refused = told(&format!("{url}?sslmode={mode}"), &root).await.unwrap_err();
        assert!(refused.contains("TLS"), "{refused}");
    }
}
