//! dev
#![allow(clippy::all, warnings)]
use conferry::config::identity::*;
use conferry::merge::*;
use conferry::pack::rules::*;
use conferry::xml::*;
use conferry::xml::selector::Selector;
fn rules()->Rules{
    let mut r=Rules::default();
    let mut id=|e:&str,by:&[&str],then:&[&str],ic:bool,lw:bool,entry:bool|{
        r.identities.add(IdentityRule{element:ElementPath::parse(e).unwrap(),by:by.iter().map(|k|KeyPath::parse(k).unwrap()).collect(),then_by:then.iter().map(|k|KeyPath::parse(k).unwrap()).collect(),ignore_case:ic,last_wins:lw,entry});
    };
    id("appSettings/add",&["@key"],&[],true,true,true);
    id("connectionStrings/add",&["@name"],&[],true,false,true);
    id("setting",&["@name"],&[],false,true,true);
    id("dependentAssembly",&["assemblyIdentity/@name"],&["assemblyIdentity/@culture","assemblyIdentity/@publicKeyToken"],true,false,false);
    id("bindingRedirect",&[],&[],false,false,false);
    id("codeBase",&[],&[],false,false,false);
    id("httpHandlers/add",&["@path","@verb"],&[],true,false,false);
    r.identities.set_discovery("key name path id alias extension assembly tagPrefix prefix namespace type invariant verb fileExtension matchTypeOrType statusCode users roles connectionStringName value mimeType".split(' ').map(str::to_owned).collect());
    for (i,p) in ["//bindingRedirect/@newVersion","//bindingRedirect/@oldVersion"].iter().enumerate(){
    r.policies.push(Policy{provenance:Provenance{id:format!("hv{i}"),pack:"dotnet".into(),summary:"".into(),why:"".into(),source:"".into(),mark:Mark::Inferred},component:None,selector:Selector::parse(p).unwrap(),action:Action::HigherVersion,when:When::Always});}
    r
}
fn main(){
    let a:Vec<String>=std::env::args().collect();
    let rd=|p:&str|Document::from_bytes(&std::fs::read(p).unwrap());
    let (b,o,t)=(rd(&a[1]).ok(),rd(&a[2]).unwrap(),rd(&a[3]).unwrap());
    let rules=rules();
    let inputs=Inputs{base:b.as_ref(),incoming:&t,carrier:&o,mode:Mode::Branches,rules:&rules,rewrite:None};
    let m=match merge(inputs){Ok(m)=>m,Err(e)=>{eprintln!("{e}");std::process::exit(3)}};
    let c=m.carrier(&inputs);
    let text=m.edits.apply(c.text());
    let bytes=c.source().bytes_with(&text);
    let d=match Document::from_bytes(&bytes){Ok(d)=>d,Err(e)=>{eprintln!("BAD RESULT {:?}", match e {ParseError::Syntax(_,e)=>e, _=>panic!()});std::process::exit(200)}};
    if let Err(e)=second_reader::agree(&d,&bytes){eprintln!("{e}");std::process::exit(201)}
    std::fs::write(&a[4],&bytes).unwrap();
    for c in &m.conflicts{eprintln!("{:?} {} {:?}",c.kind,c.address,c.values);}
    if !m.conflicts.is_empty(){std::process::exit(1)}
}
